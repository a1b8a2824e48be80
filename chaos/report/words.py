"""A verdict in plain words, with the operations that show it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chaos.judging.verdict import Finding, Kind, Verdict
from chaos.report.outcomes import MEASURES, NOT_DONE
from chaos.report.plainly import plainly

Tone: TypeAlias = Literal["fine", "bad", "doubt"]

UNSHOWN = "the problem that this variant is there for did not show"

# Findings named after the guarantee that is broken, and how to say that it was kept.
GUARANTEES: Mapping[str, tuple[str, str]] = {
    "linearizable": ("not linearizable", "linearizable"),
    "set-full": ("set elements lost", "no set element lost"),
    **{
        name: (f"{name} broken", f"{name} kept")
        for name in (
            *("read-your-writes", "monotonic-write", "writes-follow-reads"),
            *("consistent-prefix", "causality", "causal-memory", "causal-convergence"),
        )
    },
}
MEANINGS: Mapping[str, str] = {
    "deleted-item-returns": "an item that a client had seen and deleted is there again in the end",
    "lost-write": "a client was told that its write is done, and in the end no replica has it",
    "failed-write-seen": "a client got an error for its write, and later a read shows the value",
    "sibling-explosion": "a read returns more values at once than there are clients that write",
    "unbounded-staleness": "a read is further behind than the bound allows, or than its own answer says",
    "conflict": "two clients changed the same thing, and neither knew of the other",
    "stale-read": "a read shows a value that had been replaced before the read began",
    "split-brain": "two replicas accept writes as leader at the same time",
    "diverged-replicas": "after everything has settled, two replicas hold different data",
    "stale-replica": "after everything has settled, a replica still holds a replaced value",
    "linearizable": "no order of the operations explains what clients saw, as if there were one copy",
    "read-your-writes": "a user looks for their own write and does not find it",
    "non-monotonic-read": "a user looks a second time and sees less than before",
    "monotonic-write": "two writes of one session take effect in the wrong order",
    "writes-follow-reads": "a write is seen without what its author had read before",
    "consistent-prefix": "a later write is seen without an earlier one",
    "causality": "an effect is seen without its cause: the answer without the question",
    "causal-memory": "a client sees concurrent writes now in one order and now in another",
    "causal-convergence": "readers see writes in opposite orders, and never come to agree",
    "new-then-old": "a read sees a new value, and a later one the old value again",
    "set-full": "an element that was added is missing",
    "garbled-text": "characters of a text change places, or are there twice",
    "dirty-read": "a client reads what was never committed",
    "half-transaction-seen": "a client sees one part of a transaction without the other",
    "transaction-cycle": "transactions depend on each other in a ring: no order of them explains it",
    "unavailable": "clients get no answer for longer than allowed",
    "write-stall": "nobody can write for longer than allowed",
    "long-outage": "it takes longer than allowed until writes work again",
    "needless-failover": "a leader that was well is replaced",
    "needs-downtime": "an upgrade stops all writes for longer than allowed",
    "failed-request": f"a request is {NOT_DONE}",
    "cross-user-leak": "a user is shown what belongs to another user",
    "missed-change": "a change happened, and a consumer of changes never hears of it",
    "phantom-change": "a consumer keeps a change that was never made, or was undone",
    "replication-loop": "changes run in circles: replaced values come back again and again",
    "repeated-change": "a consumer takes over a change twice",
    "diverged-copy": "after everything has settled, a consumer's copy is not what the replicas hold",
}


@dataclass(frozen=True)
class Opening:
    """The head of a page: as expected or not, what was found, and whether that is good."""

    word: str
    sentence: str
    tone: Tone


def headline(kind: Kind, as_expected: bool | None) -> str:
    """One word for the outcome: whether a problem showed, or a remedy held."""
    if as_expected is None:
        return "unknown"
    if kind == "problem":
        return "shown" if as_expected else "not shown"
    return "held" if as_expected else "broken"


def opening(verdict: Verdict) -> Opening:
    """The verdict in plain words: `as expected`, and `split brain, 53 writes lost`."""
    tones: dict[bool | None, Tone] = {True: "fine", False: "bad", None: "doubt"}
    words = {True: "as expected", False: "not as expected", None: "unknown"}
    said = _said(verdict)
    return Opening(words[verdict.as_expected], f"{said}.", tones[verdict.as_expected])


def _said(verdict: Verdict) -> str:
    """What came out, and what that has to do with the promise."""
    seen = ", ".join(plainly(finding) for finding in verdict.anomalies if finding.found)
    free = ", ".join(plainly(finding) for finding in verdict.anomalies if finding.found is False)
    if verdict.as_expected is None:
        doubts = [*verdict.problems, *(f.reason for f in verdict.anomalies if f.found is None)]
        proves = f"this run proves nothing, because {doubts[0]}" if doubts else "nobody can tell"
        return "; ".join(filter(None, (seen, proves)))
    if verdict.kind == "problem":
        return seen if verdict.as_expected else "; ".join(filter(None, (seen, f"{free}: {UNSHOWN}")))
    return free if verdict.as_expected else f"{seen}, although this remedy promises to prevent that"


def sentences(problems: Iterable[str], findings: Iterable[Finding]) -> Iterator[str]:
    """One sentence for each reason to doubt the run, and for each anomaly."""
    yield from (f"unknown, because {problem}" for problem in problems)
    yield from map(_of_finding, findings)


def price(measures: Mapping[str, float]) -> str:
    """What clients got and what they paid, in one line."""
    return (
        f"{', '.join(f'{measures[name]:g} {words}' for name, words in MEASURES.items())}; "
        f"longest time without a write {measures['downtime_ms']:.0f} ms"
    )


def breach(name: str) -> str:
    """That the anomaly is there: `lost-write`, `read-your-writes broken`."""
    return GUARANTEES.get(name, (name, ""))[0]


def absence(name: str) -> str:
    """That it is not there: `no lost-write`, `read-your-writes kept`."""
    return GUARANTEES[name][1] if name in GUARANTEES else f"no {name}"


def _of_finding(finding: Finding) -> str:
    if finding.found is None:
        return f"{finding.name}: unknown, because {finding.reason}"
    summary = f" ({finding.summary})" if finding.summary else ""
    if not finding.found:
        return f"{absence(finding.name)}{summary}"
    what = breach(finding.name) + ("" if finding.count == 1 else f" ({finding.count} times; the first)")
    if not finding.witnesses:
        return what
    witness = finding.witnesses[0]
    events = ", ".join(map(str, witness.ops))
    return f"{what}: {witness.text} [events {events}]{summary}"


def capitalized(text: str) -> str:
    """With a capital first letter; all others stay, unlike those of `str.capitalize`."""
    return text[:1].upper() + text[1:]


def counted(count: int, one: str, many: str = "") -> str:
    """`1 key`, `2 keys`; `many` where it is not `one` with an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"
