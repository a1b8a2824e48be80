"""Every isolation level against its definition: all orders are tried, on histories drawn with a seed.

Nothing may be found that some order explains, nothing passed that none does. Only where something was read
before it was asked for, or where nobody appended or nobody read, may the answer be that nobody knows.
"""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from chaos.checkers import transaction_cycle
from chaos.checkers._levels import LEVELS
from chaos.history import History
from tests.unit.checkers.brute_force import allows, reads
from tests.unit.checkers.transaction_histories import database, history, recorded, transactions

FOLDER = Path(__file__).parents[2] / "histories" / "transaction-cycle"
FEW, MANY = 400, 7_000


def doubtful(drawn: History) -> bool:
    """May the checker say that it cannot know?"""
    acknowledged = [operation for operation in drawn.client_operations if operation.outcome == "ok"]
    asked = {(key, e): op for op in drawn.client_operations for f, key, e in op.value if f == "append"}
    shown = [(op, asked[key, element]) for op in acknowledged for key, seen in reads(op) for element in seen]
    early = any(reader.end < writer.index for reader, writer in shown)
    writers = [*acknowledged, *(writer for _, writer in shown if writer.outcome == "info")]
    appended = any(micro[0] == "append" for writer in writers for micro in writer.value)
    return early or not appended or not any(True for op in acknowledged for _ in reads(op))


def judged(seeds: range) -> Counter[tuple[str, bool]]:
    """Holds every level's judgement against its definition; returns how often each was broken and was not."""
    seen: Counter[tuple[str, bool]] = Counter()
    for seed in seeds:
        drawn = history(Random(seed))
        for level in LEVELS:
            finding, expected = transaction_cycle.check(drawn, model=level), not allows(level, drawn)
            if finding.found is None:
                assert not expected and doubtful(drawn), (seed, level, finding)
            else:
                assert finding.found is expected, (seed, level, finding)
            seen[level, expected] += 1
    return seen


def test_every_level() -> None:
    seen = judged(range(FEW))
    assert all(seen[level, broken] >= FEW // 20 for level in LEVELS for broken in (True, False)), seen


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_level_long() -> None:
    judged(range(FEW, FEW + MANY))


@pytest.mark.parametrize(
    ("isolation", "level"), [("serial", "strict-serializable"), ("snapshot", "snapshot-isolation")]
)
def test_nothing_is_found_in_longer_histories_of_a_database_that_keeps_its_promise(
    isolation: str, level: str
) -> None:
    for seed in range(20):
        random = Random(seed)
        rows = database(random, transactions(random, 80), isolation)
        finding = transaction_cycle.check(recorded(random, rows), model=level)
        assert finding.found is False, (seed, finding)


KNOWN = (
    # the history, Elle's name for what is wrong with it, the weakest level that this breaks
    ("found-element-twice", "Duplicate-elements", "read-uncommitted"),
    ("found-no-common-order", "Incompatible-order", "read-uncommitted"),
    ("found-own-append-missing", "Internal", "read-uncommitted"),
    ("found-own-append-seen-before-it", "Internal", "read-uncommitted"),
    ("found-paper-own-append-unseen", "Internal", "read-uncommitted"),  # FaunaDB
    ("found-appends-out-of-order", "Internal", "read-uncommitted"),
    ("found-first-append-missing", "Internal", "read-uncommitted"),
    ("found-write-cycle", "G0", "read-uncommitted"),
    ("found-aborted-read", "G1a", "read-committed"),
    ("found-intermediate-read", "G1b", "read-committed"),
    ("found-circular-reads", "G1c", "read-committed"),
    ("found-read-not-repeated", "Internal", "snapshot-isolation"),
    ("found-read-skew", "G-single", "snapshot-isolation"),
    ("found-in-doubt-but-seen", "G-single", "snapshot-isolation"),
    ("found-paper-overwritten-unseen", "G-single", "snapshot-isolation"),  # TiDB
    ("found-lost-update", "Lost-update", "snapshot-isolation"),
    ("found-long-fork", "G-nonadjacent", "snapshot-isolation"),
    ("found-write-skew", "G2-item", "serializable"),
    ("found-paper-unread-append", "G-single", "snapshot-isolation"),  # the introduction of the paper on Elle
    ("not-found-own-session-forgotten", "G-single-process", "strong-session-serializable"),
    ("not-found-stale-in-time", "G-single-realtime", "strict-serializable"),
    ("unknown-read-before-it-was-asked-for", "G1c-realtime", "strict-serializable"),
    ("not-found-append-never-read", "", ""),
    ("not-found-own-appends-read", "", ""),
    ("not-found-serial", "", ""),
    ("not-found-unread-in-doubt", "", ""),
)


@pytest.mark.parametrize(("file", "name", "weakest"), KNOWN)
def test_what_a_known_history_is_called_and_the_levels_it_breaks(file: str, name: str, weakest: str) -> None:
    known = History.load(FOLDER / f"{file}.jsonl")
    broken = LEVELS[LEVELS.index(weakest) :] if weakest else ()
    for level in LEVELS:
        finding = transaction_cycle.check(known, model=level)
        assert (finding.found is True) is (level in broken) is not allows(level, known), (level, finding)
        if finding.found:
            assert finding.witnesses[0].text.startswith(f"{name}: ")
            assert finding.summary.startswith(f"breaks {weakest}")


def test_repeatable_read_is_serializable_where_there_are_no_predicates() -> None:
    known = History.load(FOLDER / "found-write-skew.jsonl")
    assert transaction_cycle.check(known, model="repeatable-read").found
    with pytest.raises(ValueError, match="there is no model 'linearizable'; there are: read-uncommitted, "):
        transaction_cycle.check(known, model="linearizable")
