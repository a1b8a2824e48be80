"""Mistakes in replication without a leader; what clients saw must give them away."""

from typing import Any
from unittest.mock import patch

from services.leaderless import merkle, table
from services.leaderless.coordinator import Coordinator
from services.leaderless.currency import Currency
from services.leaderless.home import Home
from services.leaderless.tally import Tally
from services.messages.versions import Seen, Version, Versions
from services.versions.merging import DottedVectors, LastWriteWins
from services.versions.seen import of_versions
from tests.bugs.planted import Hunt, bug, by_script

OVERLAP = Hunt("quorum:overlap", "stale-read", by_script)
ATOMIC = Hunt("quorum-limits:atomic", "linearizable", by_script)
REPAIRED = Hunt("node-down:read-repair", "stale-replica", by_script)
COMPARED = Hunt("node-down:anti-entropy", "stale-replica", by_script)
SIBLINGS = Hunt("concurrent-writes:version-vectors", "lost-write", by_script)
EXPLODING = Hunt("concurrent-writes:dotted-vectors", "sibling-explosion", by_script)
MONITORED = Hunt("staleness-monitor:monitor", "unbounded-staleness", by_script)
HANDED = Hunt("sloppy-quorum:hinted-handoff", "lost-write", by_script)


@bug(OVERLAP)
def one_answer_is_taken_for_a_quorum() -> Any:
    return patch.object(Tally, "verdict", property(lambda self: "enough" if self.answers else "pending"))


@bug(OVERLAP)
def the_first_answer_is_returned_and_not_the_newest() -> Any:
    return patch.object(Tally, "newest", lambda self, merge: next(iter(self.answers.values())))


@bug(OVERLAP)
def what_came_last_wins_and_not_what_was_written_last() -> Any:
    def last(self: LastWriteWins, one: Versions, other: Versions) -> Versions:
        return other or one

    return patch.object(LastWriteWins, "merged", last)


@bug(ATOMIC)
def reads_do_not_write_back() -> Any:
    async def nothing(self: Coordinator, key: str, tally: Tally) -> None:
        pass

    return patch.object(Coordinator, "_repair_before", nothing)


@bug(REPAIRED)
def only_who_has_nothing_is_repaired() -> Any:
    right = Tally.repairs

    def fewer(self: Tally, merge: Any) -> dict[str, Versions]:
        return {home: whole for home, whole in right(self, merge).items() if not self.answers[home]}

    return patch.object(Tally, "repairs", fewer)


@bug(COMPARED)
def digests_are_of_names_and_not_of_contents() -> Any:
    right = merkle.digest_of
    return patch.object(table, "digest_of", lambda key, contents: right(key, ""))


@bug(SIBLINGS)
def a_write_replaces_what_its_writer_never_saw() -> Any:
    right = DottedVectors.written

    def all_of_it(self: DottedVectors, held: Versions, version: Version, _: Seen, home: str) -> Versions:
        return right(self, held, version, of_versions(held), home)

    return patch.object(DottedVectors, "written", all_of_it)


@bug(EXPLODING)
def a_write_replaces_nothing() -> Any:
    right = DottedVectors.written

    def none_of_it(self: DottedVectors, held: Versions, version: Version, _: Seen, home: str) -> Versions:
        return right(self, held, version, Seen(), home)

    return patch.object(DottedVectors, "written", none_of_it)


@bug(HANDED)
def hints_are_dropped_before_they_are_home() -> Any:
    async def taken(self: Any, home: str, message: Any) -> bool:
        return True

    return patch("services.leaderless.hints.Hints._taken", taken)


@bug(MONITORED)
def who_has_just_started_is_taken_to_be_current() -> Any:
    right = Currency.__dict__["behind_ms"].fget
    return patch.object(Currency, "behind_ms", property(lambda self: right(self) or 0.0))


@bug(MONITORED)
def a_home_that_cannot_tell_how_far_behind_it_is_answers_all_the_same() -> Any:
    return patch.object(Home, "_must_be_near_enough", lambda self: self._currency.behind_ms)
