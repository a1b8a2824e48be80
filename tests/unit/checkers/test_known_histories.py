"""Good and bad histories that every checker must judge right for ever; each bad one is minimal."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from chaos.checkers import dirty_read, run_checker, takes_bound
from chaos.history import History, Operation
from chaos.judging.verdict import Finding
from tests.unit.checkers.known import BAD, UNKNOWN

FOLDER = Path(__file__).parents[2] / "histories"
BOUND_MS = 300  # of whatever is measured against one
WITHOUT_BOUND_TOO = ("diverged-replicas", "missed-change")  # only in histories whose names say so
ANSWERS = {"found": True, "not-found": False, "unknown": None}

# Either of its two writes would be lost alone, too; together they show the words for "one of these".
TOLD_TOGETHER = "lost-write/found-one-of-two-concurrent"
# What came later did not know it, and so it explains nothing: that is what these two are about.
EXPLAINS_NOTHING = (
    "lost-write/found-knowledge-doubt-left-nothing",
    "lost-write/found-knowledge-element-not-seen",
)
ALL = sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.jsonl"))


def load(name: str) -> History:
    return History.load(FOLDER / f"{name}.jsonl")


def judge(name: str, history: History) -> Finding:
    checker = name.split("/")[0]
    stated = checker not in WITHOUT_BOUND_TOO or name.endswith("the-bound")
    bound = takes_bound(checker) and stated and not name.endswith("no-bound")
    return run_checker(checker, history, **({"bound_ms": BOUND_MS} if bound else {}))


@pytest.mark.parametrize("name", ALL)
def test_the_answer_is_in_the_name(name: str) -> None:
    answer = name.split("/")[1]
    expected = next(found for prefix, found in ANSWERS.items() if answer.startswith(prefix))
    finding = judge(name, load(name))
    assert finding.found is expected, finding


def test_how_stale_is_told_as_a_distribution() -> None:
    finding = run_checker("stale-read", load("stale-read/found-replaced-value"))
    assert finding.measures == {
        **{"stale_reads": 1, "stale_share": 1.0, "staleness_median_ms": 100, "staleness_p95_ms": 100},
        **{"staleness_max_ms": 100, "staleness_median_versions": 1, "staleness_p95_versions": 1},
        "staleness_max_versions": 1,
    }
    assert finding.summary.startswith("100.0% of the reads were stale, at the median, the 95th percentile")


def test_how_long_the_replicas_took_at_most_to_become_equal() -> None:
    finding = run_checker("diverged-replicas", load("diverged-replicas/not-found-within-the-bound"))
    assert finding.measures == {"converged_ms": 200}


def test_every_bad_and_undecidable_history_has_its_row() -> None:
    rows = {row[0] for row in (*BAD, *UNKNOWN)}
    assert rows == {name for name in ALL if "/not-found" not in name}


@pytest.mark.parametrize(("name", "ops", "words"), BAD)
def test_the_witness(name: str, ops: tuple[int, ...], words: str) -> None:
    finding = judge(name, load(name))
    (witness,) = finding.witnesses
    assert finding.count == 1
    assert witness.ops == ops
    assert words.lower() in witness.text.lower()
    assert witness.text[0].isupper() and witness.text.endswith(".")


@pytest.mark.parametrize(("name", "words"), UNKNOWN)
def test_the_reason(name: str, words: str) -> None:
    assert words in judge(name, load(name)).reason


@pytest.mark.parametrize("name", sorted({row[0] for row in BAD} - {TOLD_TOGETHER, *EXPLAINS_NOTHING}))
def test_no_operation_could_be_spared(name: str) -> None:
    history = load(name)
    for operation in history.client_operations:
        rest = without(history, operation)
        assert judge(name, rest).found is not True or leaves_an_orphan(rest), operation


def without(history: History, operation: Operation) -> History:
    """The same history, dense again, as if `operation` had never been."""
    left = [event for event in history.events if event.index not in operation.event_indexes]
    return History.of(replace(event, index=index) for index, event in enumerate(left))


def leaves_an_orphan(history: History) -> bool:
    """True when something is read, now or in the end, that nobody writes any more."""
    if any(op.f == "txn" for op in history.client_operations):
        return dirty_read.check(history).found is None
    written = [op.value for op in history.client_operations if op.f != "read"]
    reads = [op.value for op in history.operations if op.f == "read" and op.key is not None]
    reads += [told for op in history.operations for told in (op.saw, op.siblings) if told is not None]
    values = [value for read in reads for value in (read if isinstance(read, list) else [read])]
    return any(value is not None and value not in written for value in values)
