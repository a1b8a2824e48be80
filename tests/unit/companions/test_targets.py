"""What consumers keep, across their own crashes and deliveries that come twice."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.adapters.disk import FileDisk
from services.companions.documents import Documents, merge
from services.companions.feeds import Place
from services.companions.targets import SearchIndex, Target
from services.messages import Position
from services.ports import Disk

KINDS = pytest.mark.parametrize("kind", [SearchIndex, Documents])


def at(sequence: int, epoch: int = 1, row: int = 0) -> Place:
    return Place(Position(epoch, sequence), row)


@KINDS
def test_the_place_is_kept_with_the_data(tmp_path: Path, kind: Callable[[Disk], Target]) -> None:
    disk = FileDisk(tmp_path)
    target = kind(disk)
    target.apply([("tea", 1), ("tea", 2), ("milk", 3)], at(7))
    target.apply([("milk", None)], at(9))
    target.close()
    again = kind(disk)
    assert again.place == at(9)
    assert again.known() == {"tea": 2}
    assert list(again.changes()) == [("tea", 1), ("tea", 2), ("milk", 3), ("milk", None)]
    again.close()
    disk.close()


def test_the_index_finds_what_is_there_now(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    index = SearchIndex(disk)
    index.apply([("green tea", 1), ("black tea", 2), ("milk", 3)], at(1))
    index.apply([("black tea", None), ("milk", 4)], at(2))
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
    documents.apply([("tea", 1)], at(1))
    documents.note("tea", "the good one")
    documents.apply([("tea", None)], at(2))
    documents.apply([("tea", 5)], at(3))
    documents.close()
    again = Documents(disk)
    assert again.known() == {"tea": 5}
    (kept,) = json.loads(disk.read_text("documents.json") or "")["documents"].values()
    assert kept == {"name": "tea", "note": "the good one", "price": 5}
    disk.close()


def test_what_did_not_reach_the_disk_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FileDisk(tmp_path)
    documents = Documents(disk)
    documents.apply([("tea", 1)], at(1))
    with monkeypatch.context() as full, pytest.raises(OSError, match="full"):
        full.setattr(disk, "write_text", no_room)
        documents.apply([("tea", 2), ("milk", 3)], at(2))
    assert (documents.place, documents.known()) == (at(1), {"tea": 1})
    documents.apply([("milk", 4)], at(3))
    assert list(Documents(disk).changes()) == [("tea", 1), ("milk", 4)]
    disk.close()


def no_room(name: str, text: str) -> str:
    raise OSError(f"the disk is full: {name}")


@KINDS
def test_what_the_source_has_undone_is_undone(tmp_path: Path, kind: Callable[[Disk], Target]) -> None:
    disk = FileDisk(tmp_path)
    target = kind(disk)
    target.apply([("tea", 1), ("milk", 3)], at(4, row=2))
    target.apply([("tea", 2), ("tea", 5), ("milk", None)], at(9, row=5))
    target.apply([("salt", 7)], at(11, row=6))
    assert target.go_back(Position(1, 8)) == 4
    assert (target.place, target.known()) == (at(4, row=2), {"tea": 1, "milk": 3})
    target.apply([("tea", 8)], at(12, epoch=2, row=3))
    target.close()
    again = kind(disk)
    assert list(again.changes()) == [("tea", 1), ("milk", 3), ("tea", 8)]
    assert again.go_back(Position(1, 99)) == 1
    assert (again.place, again.known()) == (at(4, row=2), {"tea": 1, "milk": 3})
    assert again.go_back(Position(1, 3)) == 2
    assert (again.place, again.known(), list(again.changes())) == (Place(), {}, [])
    again.close()
    disk.close()


@KINDS
def test_a_snapshot_is_a_new_beginning(tmp_path: Path, kind: Callable[[Disk], Target]) -> None:
    disk = FileDisk(tmp_path)
    target = kind(disk)
    target.apply([("tea", 1), ("milk", 3)], at(4))
    target.begin_anew({"milk": 4, "salt": 5}, at(90, epoch=3, row=8))
    target.close()
    again = kind(disk)
    assert (again.place, again.known()) == (at(90, epoch=3, row=8), {"milk": 4, "salt": 5})
    assert list(again.changes()) == [("milk", 4), ("salt", 5)]
    again.apply([("milk", 6)], at(95, epoch=3, row=9))
    assert again.go_back(Position(3, 89)) is None
    assert again.known() == {"milk": 6, "salt": 5}
    assert again.go_back(Position(3, 94)) == 1
    assert (again.place, again.known()) == (at(90, epoch=3, row=8), {"milk": 4, "salt": 5})
    again.close()
    disk.close()


def test_undoing_leaves_a_note_alone(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    documents = Documents(disk)
    documents.apply([("tea", 1)], at(1))
    documents.note("tea", "the good one")
    documents.apply([("tea", None)], at(2))
    documents.go_back(Position(1, 1))
    (kept,) = json.loads(disk.read_text("documents.json") or "")["documents"].values()
    assert kept == {"name": "tea", "note": "the good one", "price": 1}
    disk.close()
