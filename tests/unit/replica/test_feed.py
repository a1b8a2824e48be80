"""A consumer's place is held against the leader's log, like a follower's."""

import pytest

from services.errors import LabError
from services.messages import START, Position
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.feed import parting

# A log from 1.1 to 1.5, then 3.6 to 3.9; and what is left of it when it was trimmed up to 1.3 or to 3.7.
LOG = [*(Position(1, number) for number in range(1, 6)), *(Position(3, number) for number in range(6, 10))]


def told(after: Position, kept_from: int = 1, needs_next: bool = True) -> Position | None:
    kept = LOG[kept_from - 1 :]
    older = [one for one in kept if one.epoch <= after.epoch and one.sequence <= after.sequence]
    return parting(after, older[-1] if older else START, kept[0], needs_next)


@pytest.mark.parametrize("after", [START, *LOG])
def test_a_place_in_the_log_is_gone_on_from(after: Position) -> None:
    assert told(after) is None


@pytest.mark.parametrize(
    ("after", "meets"),
    [
        (Position(1, 6), Position(1, 5)),  # the old leader had more, and it is gone
        (Position(1, 30), Position(1, 5)),
        (Position(2, 6), Position(1, 5)),  # of a leader whom nobody followed
        (Position(3, 12), Position(3, 9)),
        (Position(2, 4), Position(1, 4)),  # with another entry at the same number
    ],
)
def test_a_place_that_is_not_in_the_log_is_answered_with_where_to_look(
    after: Position, meets: Position
) -> None:
    assert told(after) == meets


@pytest.mark.parametrize(
    ("after", "kept_from", "needs_next", "gone"),
    [
        (START, 4, True, True),
        (START, 4, False, False),
        (Position(1, 2), 4, True, True),  # what follows was trimmed
        (Position(1, 3), 4, True, False),  # it was trimmed itself, what follows was not
        (Position(1, 2), 4, False, False),  # the epoch goes on here, so it was the same
        (Position(1, 2), 8, False, True),  # the epoch had ended, and nobody can tell where
        (Position(1, 7), 8, True, True),
        (Position(2, 9), 8, True, True),  # the logs part before the oldest entry
    ],
)
def test_what_was_trimmed_helps_nobody(after: Position, kept_from: int, needs_next: bool, gone: bool) -> None:
    if not gone:
        assert told(after, kept_from, needs_next) is None
        return
    with pytest.raises(LabError, match="the log begins at") as caught:
        told(after, kept_from, needs_next)
    assert caught.value.kind.code == "log-gone"


@pytest.mark.parametrize("log", ["statement", "statement-rewritten", "mixed", "row-without-commit", "wal"])
def test_a_log_without_complete_rows_is_refused_to_consumers(log: str) -> None:
    settings = SingleLeaderSettings(replication_log=log)  # type: ignore[arg-type]
    settings.check_fit(("n1",))
    with pytest.raises(ValueError, match="index would follow a log without complete rows"):
        settings.check_fit(("n1",), ("index",))
    SingleLeaderSettings(replication_log=log, feed="outbox").check_fit(("n1",), ("index",))  # type: ignore[arg-type]
