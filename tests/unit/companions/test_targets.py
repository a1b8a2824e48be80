"""What consumers keep, across their own crashes and deliveries that come twice."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.adapters.disk import FileDisk
from services.companions.documents import Documents, merge
from services.companions.targets import SearchIndex, Target
from services.ports import Disk


@pytest.mark.parametrize("kind", [SearchIndex, Documents])
def test_the_place_is_kept_with_the_data(tmp_path: Path, kind: Callable[[Disk], Target]) -> None:
    disk = FileDisk(tmp_path)
    target = kind(disk)
    target.apply([("tea", 1), ("tea", 2), ("milk", 3)], place=7)
    target.apply([("milk", None)], place=9)
    target.close()
    again = kind(disk)
    assert again.place == 9
    assert again.known() == {"tea": 2}
    assert list(again.changes()) == [("tea", 1), ("tea", 2), ("milk", 3), ("milk", None)]
    again.close()
    disk.close()


def test_the_index_finds_what_is_there_now(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    index = SearchIndex(disk)
    index.apply([("green tea", 1), ("black tea", 2), ("milk", 3)], place=1)
    index.apply([("black tea", None), ("milk", 4)], place=2)
    assert index.search("tea") == ["green tea"]
    assert index.search("4") == ["milk"]
    assert index.search("3") == []
    index.close()
    disk.close()


@pytest.mark.parametrize(
    ("document", "price", "merged"),
    [
        ({}, 1, {"price": 1}),
        ({"price": 1}, 2, {"price": 2}),
        ({"price": 1}, None, {}),
        ({"price": 1, "note": "dear"}, 2, {"price": 2, "note": "dear"}),
        ({"price": 1, "note": "dear"}, None, {"note": "dear", "deleted": 1}),
        ({"note": "dear", "deleted": 1}, 3, {"price": 3, "note": "dear"}),
    ],
)
def test_the_source_decides_about_the_price_and_about_nothing_else(
    document: dict[str, int | float | str | None], price: int | None, merged: dict[str, object]
) -> None:
    assert merge(document, price) == merged


def test_a_note_outlives_what_the_source_does(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    documents = Documents(disk)
    documents.apply([("tea", 1)], place=1)
    documents.note("tea", "the good one")
    documents.apply([("tea", None)], place=2)
    documents.apply([("tea", 5)], place=3)
    documents.close()
    again = Documents(disk)
    assert again.known() == {"tea": 5}
    (kept,) = json.loads(disk.read_text("documents.json") or "")["documents"].values()
    assert kept == {"name": "tea", "note": "the good one", "price": 5}
    disk.close()


def test_what_did_not_reach_the_disk_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FileDisk(tmp_path)
    documents = Documents(disk)
    documents.apply([("tea", 1)], place=1)
    with monkeypatch.context() as full, pytest.raises(OSError, match="full"):
        full.setattr(disk, "write_text", no_room)
        documents.apply([("tea", 2), ("milk", 3)], place=2)
    assert (documents.place, documents.known()) == (1, {"tea": 1})
    documents.apply([("milk", 4)], place=3)
    assert list(Documents(disk).changes()) == [("tea", 1), ("milk", 4)]
    disk.close()


def no_room(name: str, text: str) -> str:
    raise OSError(f"the disk is full: {name}")
