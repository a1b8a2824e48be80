"""'Save as scenario': the file can be read by `./lab run --schedule`, and says what it was."""

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from chaos.cluster import ClusterError
from chaos.page.chapter import Rates
from chaos.page.keeping import Keeping
from chaos.page.orders import Order
from chaos.page.seen import Seen
from chaos.schedules.written import read
from tests.unit.page.seeing import follower, leader, running, seen

SINGLE = seen(leader(), follower("n2"), follower("n3"), replication="async", reads="leader", datacenters=[])
LOAD = Rates(40, 60)


class Kept:
    """What is kept in a folder, and what the page was told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.shown = folder, [""]
        self.keeping = Keeping(self._tell, folder)

    async def _tell(self, event: str, document: Any) -> None:
        assert event == "deeds"
        self.shown = document["words"]

    def do(self, what: str, node: str = "", other: str = "", on: Seen = SINGLE) -> None:
        with self.keeping.noting(Order(what, node, other), on):
            pass

    def save(self, name: str = "mine", rates: Rates = LOAD, *found: str) -> str:
        return self.keeping.save(name, rates, found)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "by-hand")


def test_what_was_done_is_saved_with_its_cluster_and_its_load(kept: Kept) -> None:
    kept.do("slow", "n1", "n2")
    kept.do("heal")
    path = kept.folder / "mine.json"
    assert kept.save("mine", LOAD, "stale-read", "split-brain") == (
        f"saved; repeat it with ./lab run --schedule {path} --on local"
    )
    saved = read(path)
    assert (saved.writes_per_s, saved.reads_per_s, saved.finds) == (40, 60, ("split-brain",))
    assert saved.settings == {"family": "single-leader", "replication": "async"}
    [stroke] = saved.schedule.strokes
    assert (stroke.kind, stroke.source, stroke.targets, stroke.amount) == ("slow", "n1", ("n2",), 300)
    assert saved.schedule.length_ms >= stroke.at_ms + stroke.for_ms + 2000


def test_the_page_shows_what_was_done_and_forgets_it(kept: Kept) -> None:
    kept.do("kill", "n1")
    asyncio.run(kept.keeping.show())
    assert len(kept.shown) == 1 and kept.shown[0].endswith("dead: n1")
    asyncio.run(kept.keeping.forget())
    assert kept.shown == []
    with pytest.raises(ClusterError, match="nothing was done by hand"):
        kept.save()


def test_what_failed_was_not_done(kept: Kept) -> None:
    with pytest.raises(ClusterError), kept.keeping.noting(Order("kill", "n1"), SINGLE):
        raise ClusterError("it had no effect")
    with pytest.raises(ClusterError, match="nothing was done by hand"):
        kept.save()


def test_whoever_led_then_leads_when_it_is_repeated(kept: Kept) -> None:
    other = seen(follower("n1"), leader("n2"), follower("n3"))
    kept.do("kill", "n2", on=other)
    kept.save()
    first, second = read(kept.folder / "mine.json").schedule.strokes
    assert (first.kind, first.targets) == ("hand-over", ("n2",))
    assert second.kind == "kill" and second.at_ms >= 1000


def test_another_cluster_begins_another_story(kept: Kept) -> None:
    kept.do("kill", "n1")
    kept.do("pause", "n2", on=dataclasses.replace(SINGLE, name="local-2"))
    kept.save()
    assert [each.kind for each in read(kept.folder / "mine.json").schedule.strokes] == ["pause"]


def test_healing_what_was_broken_before_is_no_beginning(kept: Kept) -> None:
    kept.do("heal")
    kept.do("heal-link", "n1", "n2")
    with pytest.raises(ClusterError, match="nothing was done by hand"):
        kept.save()


@pytest.mark.parametrize(
    ("rates", "saved"), [(Rates(), (20, 20)), (Rates(0, 50), (1, 50)), (Rates(50, 0), (50, 0))]
)
def test_there_is_always_something_to_break(kept: Kept, rates: Rates, saved: tuple[float, float]) -> None:
    kept.do("kill", "n1")
    kept.save("mine", rates)
    found = read(kept.folder / "mine.json")
    assert (found.writes_per_s, found.reads_per_s) == saved


@pytest.mark.parametrize("name", ["", "A", "a/b", "../a", "a b", "-a", "a" * 41, "é"])
def test_names_are_plain(kept: Kept, name: str) -> None:
    kept.do("kill", "n1")
    with pytest.raises(ClusterError, match="a name has lower-case letters"):
        kept.save(name)


def test_nothing_is_overwritten(kept: Kept) -> None:
    kept.do("kill", "n1")
    kept.save()
    with pytest.raises(ClusterError, match="there is a schedule mine already"):
        kept.save()


def test_what_cannot_be_repeated_is_not_saved(kept: Kept) -> None:
    for _ in range(501):
        kept.do("promote", "n2")
    with pytest.raises(ClusterError, match="it cannot be repeated: strokes has 501"):
        kept.save()


@pytest.mark.parametrize("family", ["multi-leader", "leaderless"])
def test_every_family_can_be_kept(kept: Kept, family: str) -> None:
    homes = [running(name, "home") for name in ("n1", "n2", "n3")]
    found = dataclasses.replace(
        seen(*homes), settings={"family": family}, devices=("phone",), doors=("g1", "g2", "phone")
    )
    kept.do("isolate", "n1", on=found)
    kept.save()
    saved = read(kept.folder / "mine.json")
    assert saved.settings == {"family": family} and saved.shape.device_names == ("phone",)
    assert "phone" in saved.schedule.strokes[0].targets
