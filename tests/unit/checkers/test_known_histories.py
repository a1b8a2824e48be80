"""Good and bad histories that every checker must judge right for ever; each bad one is minimal."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from chaos.checkers import dirty_read, run_checker, takes_bound
from chaos.history import History, Operation
from chaos.verdict import Finding
from tests.unit.checkers import known_transactions

FOLDER = Path(__file__).parents[2] / "histories"
BOUND_MS = 300  # of whatever is measured against one
WITHOUT_BOUND_TOO = ("diverged-replicas",)  # only in histories whose names say so
ANSWERS = {"found": True, "not-found": False, "unknown": None}

BAD = [
    # file, the events that are the evidence, and what a reader must be told
    ("lost-write/found-acknowledged-and-gone", (0, 1, 5, 9), "process 0 was told by n1 (epoch 1) at 0.200 s"),
    ("lost-write/found-older-value-remains", (2, 3, 7, 11), "that x=2 is written"),
    ("lost-write/found-delete-undone", (2, 3, 7, 11), "that x is deleted"),
    ("lost-write/found-one-of-two-concurrent", (0, 1, 2, 3, 7, 11), "may have replaced the others"),
    ("lost-write/found-in-every-partition", (0, 1, 3, 5), "(n1: nothing, n3: nothing)"),
    ("lost-write/found-element", (2, 3, 7, 11), "that 2 is in the set s"),
    ("stale-read/found-replaced-value", (2, 3, 4, 5), "saw 1, although process 0 was told"),
    ("stale-read/found-absent-after-write", (0, 1, 2, 3), "0.100 s and 1 version behind"),
    ("stale-read/found-deleted-value", (2, 3, 4, 5), "that x is deleted"),
    ("stale-read/found-element-missing", (0, 1, 2, 3), "1 was not in it"),
    (
        "split-brain/found-between-two",
        (0, 1, 2, 3, 4, 5),
        "n1 (epoch 1) acknowledged writes from 0.200 s to 0.600 s",
    ),
    ("split-brain/found-within-a-partition", tuple(range(6)), "n4 (epoch 1) acknowledged writes from"),
    ("split-brain/found-in-step", (0, 1, 2, 3, 4, 5, 6, 7), "then process 1 was told by n2 (epoch 2)"),
    ("cross-user-leak/found-anothers-row", (0, 1, 2, 3), "the row that ann had inserted"),
    ("missed-change/found-value-between", (0, 1, 4, 5), "index never learned of 1"),
    ("phantom-change/found-nobody-asked-for-it", (0, 1), "index keeps the change items/tea=7, which nobody"),
    ("phantom-change/found-refused", (0, 1, 2, 3), "which was refused (not-leader)"),
    ("phantom-change/found-undone-by-a-failover", (0, 1, 2, 3), "in the end the log has epoch 2 there"),
    ("phantom-change/found-beyond-the-end", (0, 1, 2, 3), "in the end the log ends at 9"),
    ("repeated-change/found-twice", (0, 1), "index took over the change items/tea=1 more than once"),
    ("diverged-copy/found-another-value", (0, 1, 5), "index has {'price': 2} under items/tea (n1: {'price'"),
    ("diverged-copy/found-row-missing", (0, 1, 5), "index has nothing under items/tea (n1: {'price'"),
    ("diverged-copy/found-row-too-many", (0, 1, 3), "index has {'price': 1} under items/tea (n1: nothing)"),
    ("diverged-replicas/found-register", (7, 11), "x is 2 on n1, but 1 on n2"),
    ("diverged-replicas/found-key-missing", (3, 5), "x is 1 on n1, but nothing on n2"),
    ("diverged-replicas/found-differs-after-the-bound", (4, 6), "x is 1 on n1, but nothing on n2"),
    ("diverged-replicas/found-within-a-partition", (3, 5), "x is 1 on n1, but nothing on n2"),
    ("diverged-replicas/found-key-in-two-partitions", (3, 7), "x is 1 on n1, but 2 on n3"),
    ("diverged-replicas/found-set", (5, 9), "n2 lacks 1 of 1 elements (1)"),
    ("linearizable/found-absent-after-write", (0, 1, 2, 3), "x was nothing all the time until 0.300 s"),
    ("linearizable/found-deleted-value", (2, 3, 4, 5), "x can only have been nothing"),
    (
        "linearizable/found-new-value-vanishes",
        (0, 1, 3, 4, 5, 6),
        "x was 1 all the time from 0.200 s",
    ),
    (
        "linearizable/found-old-value-returns",
        (0, 1, 2, 3, 4, 5),
        "x was 2 at some moment from 0.300 s",
    ),
    ("linearizable/found-two-compare-and-sets-win", (0, 1, 2, 3), "x can only have been 1"),
    ("linearizable/found-value-before-its-write", (0, 1, 2, 3), "which was only asked for at 0.300 s"),
    ("linearizable/found-value-from-nowhere", (0, 1), "which nobody wrote"),
    ("linearizable/found-write-in-doubt-comes-and-goes", (2, 3, 4, 5), "it cannot be both at once"),
    ("read-your-writes/found-absent", (0, 1, 2, 3), "saw nothing, which is older than this own write"),
    ("read-your-writes/found-older-value", (2, 3, 4, 5), "that x=2 is written; then process 1 asked n2"),
    ("read-your-writes/found-on-another-device", (0, 1, 2, 3), "then process 1 asked n2"),
    (
        "non-monotonic-read/found-second-look-shows-less",
        (2, 3, 4, 5, 6, 7),
        "for process 0 wrote x=2 only after",
    ),
    ("non-monotonic-read/found-seen-and-gone", (0, 1, 2, 3, 4, 5), "saw nothing, which is older"),
    ("new-then-old/found-two-readers", (2, 3, 4, 5, 6, 7), "saw 2; only then process 2 asked n2"),
    ("new-then-old/found-during-the-write", (0, 1, 2, 3, 4, 5), "for process 0 wrote x=1 only after that"),
    (
        "monotonic-write/found-second-without-first",
        tuple(range(8)),
        "process 0 wrote question=1 before process 0",
    ),
    (
        "monotonic-write/found-in-the-wrong-order",
        tuple(range(8)),
        "process 0 wrote x=1 before process 0 wrote x=2",
    ),
    (
        "writes-follow-reads/found-answer-without-question",
        (0, 1, *range(4, 10)),
        "before process 1 wrote answer=2",
    ),
    (
        "consistent-prefix/found-gap",
        tuple(range(8)),
        "process 0 wrote question=1 before process 1 wrote answer=2",
    ),
    (
        "causality/found-answer-without-question",
        (0, 1, *range(4, 10)),
        "who knew that process 0 wrote question=1",
    ),
    (
        "causality/found-own-write-missing",
        (0, 1, 2, 3),
        "before that process 0 wrote x=1 in the same session",
    ),
    (
        "causality/found-across-partitions",
        (0, 1, *range(4, 10)),
        "who knew that process 0 wrote question=1",
    ),
    ("causality/found-second-look-shows-less", (0, 1, 2, 3, 4, 5), "which comes before that"),
    ("causality/found-update-without-insert", (4, 5, 6, 7, 8, 9), "saw 1, which comes before that"),
    ("write-stall/found-waited-in-vain", (0, 1), "from 0.100 s to 0.500 s, although one was wanted"),
    ("write-stall/found-in-doubt", (0, 1), "350 ms, more than the 300 ms allowed"),
    ("unavailable/found-at-one-gateway", (0, 2), "no operation at g1 succeeded from 0.100 s"),
    ("long-outage/found-everywhere", (0, 2), "no operation succeeded from 0.100 s to 0.500 s"),
    (
        "needs-downtime/found-nobody-wrote-meanwhile",
        (1, 3),
        "n1, n2 had been stopped for an upgrade at 0.100",
    ),
    ("needs-downtime/found-beyond-its-end", (1, 3), "from 0.190 s to 0.550 s, although one was wanted"),
    ("needs-downtime/found-never-started-again", (1, 2), "400 ms, more than the 300 ms allowed"),
    ("needless-failover/found-nothing-had-happened", (0, 1, 2, 3), "although n1 was never away, and up to"),
    (
        "needless-failover/found-short-pause",
        (0, 1, 4, 5),
        "although n1 was away for 250 ms, and up to 300 ms",
    ),
    ("needless-failover/found-back-on-an-empty-disk", (2, 3, 4, 5), "although n1 was never away"),
    ("needless-failover/found-somebody-else-was-away", (0, 1, 3, 4), "although n1 was never away"),
    ("needless-failover/found-within-a-partition", (0, 1, 2, 3), "although n4 was never away"),
    ("needless-failover/found-slow-links", (0, 1, 3, 4), "although n1 was never away"),
    ("needless-failover/found-the-fault-was-over", (2, 3, 4, 5), "although n1 was never away"),
    (
        "failed-request/found-refused",
        (0, 1),
        "asked g1 at 0.100 s for a write of x1, and it failed (not-leader)",
    ),
    ("failed-request/found-in-doubt", (0, 1), "nobody knows whether it happened (timed-out)"),
    ("failed-request/found-without-a-key", (0, 1), "asked g1 at 0.100 s for a txn, and nobody knows"),
    ("failed-request/found-never-answered", (0,), "for a write of x2, and nobody knows whether it happened"),
    ("stale-replica/found-old-value", (2, 3, 10, 11), "after settling, n2 still holds 1 under x"),
    ("stale-replica/found-nothing", (0, 1, 8, 9), "n2 still holds nothing under x"),
    ("stale-replica/found-element-missing", (0, 1, 8, 9), "n2 still lacks 1 under s"),
    ("set-full/found-lost", (0, 1, 2, 3), "it was not there, nor in any later read"),
    ("set-full/found-lost-after-seen", (0, 1, 2, 3, 4, 5), "for s at 0.200 s and saw [1]; but process 2"),
    ("set-full/found-twice", (2, 3), "for s and saw 1 twice"),
    ("dirty-read/found-aborted", (0, 1, 2, 3), "process 0 failed to append 1 to 'a'; but process 1 read it"),
    *known_transactions.BAD,
]
# Either of its two writes would be lost alone, too; together they show the words for "one of these".
TOLD_TOGETHER = "lost-write/found-one-of-two-concurrent"
UNKNOWN = [
    ("cross-user-leak/unknown-nothing-shown", "no session was shown a row"),
    ("cross-user-leak/unknown-two-owners", "so nobody owns it"),
    ("missed-change/unknown-no-consumer", "no consumer was read"),
    ("missed-change/unknown-value-written-twice", "operations 0 and 2 both write 1 to items/tea"),
    ("missed-change/unknown-read-too-early", "operation 2 was acknowledged after"),
    ("phantom-change/unknown-no-consumer", "no consumer was read"),
    ("phantom-change/unknown-value-written-twice", "operations 0 and 2 both write 1 to items/tea"),
    ("repeated-change/unknown-no-consumer", "no consumer was read"),
    ("repeated-change/unknown-value-written-twice", "operations 0 and 2 both write 1 to items/tea"),
    ("diverged-copy/unknown-no-copy", "no consumer's copy was read"),
    ("diverged-copy/unknown-no-final-reads", "no replica could be read"),
    ("diverged-copy/unknown-read-elsewhere", "index was read at position 8, and n1 at 9"),
    ("lost-write/unknown-replica-unread", "n1 could not be read"),
    ("lost-write/unknown-no-final-reads", "no final reads"),
    ("lost-write/unknown-value-written-twice", "operations 0 and 2 both write 1 to x"),
    ("stale-read/unknown-value-from-nowhere", "which nobody had written"),
    ("split-brain/unknown-epoch-not-told", "operation 0 names no replica or no epoch"),
    ("diverged-replicas/unknown-single-replica", "only n1 was read"),
    ("diverged-replicas/unknown-differs-before-the-bound", "differed 200 ms after all was quiet"),
    ("diverged-replicas/unknown-equal-after-the-bound", "equal, but only looked at after 600 ms"),
    ("diverged-replicas/unknown-replica-unread", "contents of n3"),
    ("diverged-replicas/unknown-nobody-could-be-read", "contents of n1, n2 are not wholly known"),
    ("read-your-writes/unknown-not-a-register", "key x is more than a register"),
    ("read-your-writes/unknown-value-written-twice", "operations 0 and 2 both write 1 to x"),
    ("non-monotonic-read/unknown-value-from-nowhere", "read 0 of x returned 7, which nobody had written"),
    ("monotonic-write/unknown-replica-not-named", "the answer to read 0 names no replica"),
    ("causality/unknown-value-from-nowhere", "read 0 of x returned 7"),
    ("stale-replica/unknown-value-from-nowhere", "n1 holds 7 under x, which nobody wrote"),
    ("stale-replica/unknown-no-final-reads", "no final reads"),
    ("set-full/unknown-delete", "operation 2 deletes s"),
    ("set-full/unknown-never-read", "no element was read for certain"),
    ("set-full/unknown-not-a-set", "key x is not a set"),
    ("write-stall/unknown-no-bound", "no bound"),
    ("write-stall/unknown-nobody-wrote", "nobody asked for any write"),
    ("unavailable/unknown-no-bound", "no bound"),
    ("long-outage/unknown-no-bound", "no bound"),
    ("needs-downtime/unknown-nothing-was-upgraded", "nothing was upgraded"),
    ("needs-downtime/unknown-nobody-wrote", "nobody asked for any write"),
    ("needs-downtime/unknown-no-bound", "no bound"),
    ("needless-failover/unknown-epoch-not-told", "the answer to operation 0 names no replica or no epoch"),
    ("needless-failover/unknown-nobody-wrote", "nobody was seen to lead"),
    ("failed-request/unknown-nobody-asked", "nobody asked for anything"),
    ("dirty-read/unknown-element-from-nowhere", "operation 0 read 1 in 'a', which nobody appended"),
    ("dirty-read/unknown-no-transaction", "operation 0 (write) is no transaction"),
    ("linearizable/unknown-not-a-register", "operation 0 (add) is not of a register"),
    ("diverged-replicas/unknown-final-reads-too-early", "operation 0 was acknowledged after"),
    *known_transactions.UNKNOWN,
]
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


@pytest.mark.parametrize("name", [row[0] for row in BAD if row[0] != TOLD_TOGETHER])
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
    values = [value for read in reads for value in (read if isinstance(read, list) else [read])]
    return any(value is not None and value not in written for value in values)
