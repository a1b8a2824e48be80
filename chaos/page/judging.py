"""Judging a history that still grows, and what a page shows of a finding: its proof, and its operations.

Acknowledged writes that are missing in the end show only once everything has settled. So they are judged when
the load has ended and every replica was read, as at the end of a run.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaos.history import History, Operation
from chaos.judging.suitable import rank
from chaos.judging.verdict import Finding
from chaos.report.outcomes import OUTCOMES
from chaos.report.plainly import plainly
from chaos.report.words import MEANINGS, absence, breach, capitalized
from chaos.running.judgement import findings

MOST_PROOFS = 8  # operations of one proof


class Alarm(msgspec.Struct, frozen=True):
    """An anomaly that was found: in how many cases, and the first proof, with its operations in words.

    `rank` says how many anomalies are graver.
    """

    name: str
    title: str
    meaning: str
    count: int
    proof: str
    operations: tuple[str, ...]
    rank: int

    def counted(self, count: int) -> "Alarm":
        """The same proof with more cases."""
        return msgspec.structs.replace(self, count=count, title=_title(self.name, count))


class Check(msgspec.Struct, frozen=True):
    """What one checker says at the moment; `found` is null while it cannot tell."""

    name: str
    found: bool | None
    words: str


class Judgement(msgspec.Struct, frozen=True):
    """What all checkers said of one state of the history."""

    checks: tuple[Check, ...] = ()
    alarms: tuple[Alarm, ...] = ()


class Tally:
    """What a load has shown, chapter after chapter: each anomaly's first proof, and how many cases."""

    def __init__(self) -> None:
        self._checks: tuple[Check, ...] = ()  # of the newest judgement
        self._alarms: dict[str, Alarm] = {}
        self._before: dict[str, int] = {}  # cases in the chapters before this one

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms, in the order in which they were raised."""
        return tuple(self._alarms.values())

    @property
    def checks(self) -> tuple[Check, ...]:
        """What each checker says of the newest chapter, or of all of them where it has found something."""
        return tuple(
            _found(check.name, self._alarms[check.name].count) if check.name in self._alarms else check
            for check in self._checks
        )

    def take(self, judgement: Judgement) -> None:
        """Replace this chapter's judgement with the newest."""
        self._checks = judgement.checks
        for alarm in judgement.alarms:
            first = self._alarms.get(alarm.name, alarm)
            self._alarms[alarm.name] = first.counted(self._before.get(alarm.name, 0) + alarm.count)

    def turn_the_page(self) -> None:
        """The next chapter begins."""
        self._before = {alarm.name: alarm.count for alarm in self._alarms.values()}


def judged(history: History, names: Sequence[str], problems: Sequence[str] = ()) -> Judgement:
    """What these checkers find; `problems` tell, in the end, whether the cluster had settled."""
    found = findings(history, names, {}, problems=problems)
    by_event = {index: op for op in history.operations for index in op.event_indexes}
    alarms = (_alarm(each, by_event) for each in found if each.found)
    return Judgement(tuple(map(_check, found)), tuple(alarms))


def _check(finding: Finding) -> Check:
    if finding.found is None:
        return Check(finding.name, None, f"{finding.name}: cannot tell yet, because {finding.reason}")
    if finding.found:
        return _found(finding.name, finding.count)
    return Check(finding.name, False, absence(finding.name))


def _found(name: str, count: int) -> Check:
    return Check(name, True, f"{breach(name)}: {count}")


def _alarm(finding: Finding, by_event: Mapping[int, Operation]) -> Alarm:
    witness = finding.witnesses[0] if finding.witnesses else None
    shown = _operations(witness.ops if witness else (), by_event)
    return Alarm(
        finding.name,
        _title(finding.name, finding.count),
        MEANINGS.get(finding.name, ""),
        finding.count,
        witness.text if witness else finding.summary,
        tuple(map(in_words, shown[:MOST_PROOFS])),
        rank(finding.name),
    )


def _title(name: str, count: int) -> str:
    return capitalized(plainly(Finding(name, True, count)))


def _operations(events: Iterable[int], by_event: Mapping[int, Operation]) -> list[Operation]:
    proofs = {by_event[index].index: by_event[index] for index in events if index in by_event}
    return sorted(proofs.values(), key=lambda op: op.index)


def in_words(op: Operation) -> str:
    """For instance `1.204–1.209 s, process 3 at g1: write x = 7, acknowledged by n1 …`."""
    if op.final:
        return f"in the end: {op.node} holds {_values(op)} under {op.key}"
    asked = f"read {op.key}" if op.f == "read" else f"{op.f} {op.key} = {_json(op.value)}"
    until = f"–{op.returned_ns / 1e9:.3f}" if op.outcome != "info" else ""
    return f"{op.invoked_ns / 1e9:.3f}{until} s, process {op.process} at {op.gateway}: {asked}{_answer(op)}"


def _answer(op: Operation) -> str:
    if op.outcome == "info" and not op.error:
        return ", not answered yet"
    if op.outcome in OUTCOMES:
        return f", {OUTCOMES[op.outcome]} ({op.error})"
    where = f" (epoch {op.epoch}, position {_json(op.position)})" if op.epoch else ""
    if op.f == "read":
        return f" is {_values(op)}, says {op.node}{where}"
    return f", acknowledged by {op.node}{where}"


def _values(op: Operation) -> str:
    return _json(op.value) if op.siblings is None else " | ".join(map(_json, op.siblings))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
