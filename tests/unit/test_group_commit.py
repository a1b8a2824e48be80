"""A batch that others get while the disk still writes it: nothing else may ever take its place."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import apsw
import pytest

from services.errors import LabError
from services.ports import Disk
from services.store.group_commit import GroupCommit
from tests.world.alone import new_disk
from tests.world.virtually import simulated

FULL = apsw.FullError("database or disk is full")
OVER = LabError("stale-epoch", "epoch 1 is over, epoch 2 has begun")


@dataclass
class Done:
    """What came of a request."""

    request: str
    error: LabError | None = None


class AtOnce:
    """A disk so quick that its work is done on the loop itself."""

    async def run(self, work: Callable[[], Any], short: bool = False) -> Any:
        return work()


@dataclass
class Story:
    """A group commit, and what it did in which order; the disk raises what is in `troubles` first."""

    foretells: bool = True
    troubles: list[Exception] = field(default_factory=list)
    disk: Disk = field(default_factory=new_disk)
    told: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.commit: GroupCommit[str, Done] = GroupCommit(
            self.disk, self._write, self._note, foretell=self._foretell
        )
        self.running = asyncio.create_task(self.commit.run())

    async def outcome(self, *requests: str) -> list[str]:
        """What becomes of requests that come at once: the request, or the error."""
        ends = await asyncio.gather(*map(self.commit.perform, requests), return_exceptions=True)
        return [end.request if isinstance(end, Done) else str(end) for end in ends]

    async def told_when(self, event: tuple[str, ...]) -> list[tuple[str, ...]]:
        """All that had happened when somebody else could first see this."""
        while event not in self.told:
            await asyncio.sleep(0)
        return list(self.told)

    async def end(self) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running

    def _foretell(self, requests: Sequence[str]) -> bool:
        self.told.append(("foretold" if self.foretells else "asked", *requests))
        return self.foretells

    def _write(self, requests: Sequence[str]) -> list[Done]:
        self.told.append(("written", *requests))
        if self.troubles:
            raise self.troubles.pop(0)
        return [Done(request) for request in requests]

    def _note(self, outcomes: list[Done]) -> None:
        self.told.append(("committed", *(each.request for each in outcomes)))


@simulated
async def test_a_batch_is_foretold_before_the_disk_writes_it() -> None:
    story = Story()
    assert await story.outcome("a", "b") == ["a", "b"]
    assert story.told == [("foretold", "a", "b"), ("written", "a", "b"), ("committed", "a", "b")]
    await story.end()


@simulated
async def test_others_have_their_turn_before_the_disk_may_hold_up_everything() -> None:
    story = Story(disk=cast(Disk, AtOnce()))
    foretold = asyncio.create_task(story.told_when(("foretold", "a")))
    assert await story.outcome("a") == ["a"]
    assert await foretold == [("foretold", "a")]
    await story.end()


@simulated
async def test_what_was_foretold_in_vain_is_written_before_anything_else() -> None:
    story = Story(troubles=[FULL, FULL])
    (first,) = await story.outcome("a")
    (second,) = await story.outcome("b")
    assert first.startswith("storage-failed") and second.startswith("storage-failed")
    assert await story.outcome("c") == ["c"]
    expected = [("foretold", "a"), ("written", "a"), ("written", "a"), ("written", "a"), ("committed", "a")]
    assert story.told == [*expected, ("foretold", "c"), ("written", "c"), ("committed", "c")]
    await story.end()


@simulated
async def test_a_batch_that_was_not_foretold_is_never_owed() -> None:
    story = Story(foretells=False, troubles=[FULL])
    (first,) = await story.outcome("a")
    assert first.startswith("storage-failed")
    assert await story.outcome("b") == ["b"]
    assert ("written", "a") in story.told and story.told.count(("written", "a")) == 1
    await story.end()


@pytest.mark.parametrize(("foretells", "told"), [(True, "not-acknowledged"), (False, "stale-epoch")])
@simulated
async def test_nobody_is_promised_that_what_was_foretold_will_never_be_seen(
    foretells: bool, told: str
) -> None:
    story = Story(foretells, troubles=[OVER])
    (error,) = await story.outcome("a")
    assert error.startswith(told) and "epoch 1 is over" in error
    await story.end()


@simulated
async def test_a_refusal_of_what_is_owed_is_definite_for_those_who_came_later() -> None:
    story = Story(troubles=[FULL, OVER])
    await story.outcome("a")
    (error,) = await story.outcome("b")
    assert error.startswith("stale-epoch")
    assert not any("b" in each for each in story.told)
    await story.end()


@pytest.mark.parametrize("turns", range(1, 8))
@simulated
async def test_who_is_written_as_all_ends_does_not_learn_how_it_ended(turns: int) -> None:
    story = Story()
    writing = asyncio.create_task(story.outcome("a"))
    for _ in range(turns):
        await asyncio.sleep(0)
    begun = bool(story.told)
    await story.end()
    story.commit.fail(LabError("not-leader", "it is over"))
    (error,) = await writing
    assert error.startswith("not-acknowledged" if begun else "not-leader")
