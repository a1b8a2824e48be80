"""What a run of `chaos.quorums.trial` showed, from its history: who was answered, who read what was old.

A read is *stale* by so many versions as had been acknowledged before it began and are newer than what it
returned. Only reads are counted during which nobody wrote the key; else there would be no saying what they
should have seen. The delays are those of the messages that were overheard.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, TypeAlias

from chaos.history import History, Operation
from chaos.quorums.prediction import Legs

BEGIN, END = "begin-count", "end-count"  # the marks between which the script has it counted
NS_PER_MS = 1_000_000
Phase: TypeAlias = tuple[int, int]  # from when to when, in nanoseconds since the run began


class Answered(NamedTuple):
    """So many of so many requests succeeded."""

    ok: int
    of: int

    def plus(self, other: "Answered") -> "Answered":
        """Both together."""
        return Answered(self.ok + other.ok, self.of + other.of)


class Probe(NamedTuple):
    """A read that began `after_ms` after the last write of its key was acknowledged, and what it missed."""

    after_ms: float
    behind: int


@dataclass(frozen=True)
class Sample:
    """One run: probes, latencies in milliseconds and delays while the writer is far from all homes.

    `writes` and `reads` say who was answered with none of the homes dead, with one, with two … A write can
    be read at a home somewhere between its arrival and the answer, which waits for the disk. So there are
    two `Legs`: as if it could be `soon`, and as if it could `late`.
    """

    probes: tuple[Probe, ...]
    write_ms: tuple[float, ...]
    read_ms: tuple[float, ...]
    writes: tuple[Answered, ...]
    reads: tuple[Answered, ...]
    soon: Legs
    late: Legs


def sample(history: History, messages: Sequence[Mapping[str, Any]]) -> Sample:
    """Everything that is measured in one run. `messages` are lines of a `messages.jsonl`."""
    far, *dead = _phases(history)
    there, *others = (_whole(history, phase) for phase in (far, *dead))
    heard = [each for each in messages if far[0] <= each["time"] <= far[1] and each["outcome"] == "ok"]
    return Sample(
        probes=tuple(_probes(there)),
        write_ms=tuple(_took_ms(each for each in there if each.writes)),
        read_ms=tuple(_took_ms(each for each in there if not each.writes)),
        writes=tuple(_answered(each for each in some if each.writes) for some in (there, *others)),
        reads=tuple(_answered(each for each in some if not each.writes) for some in (there, *others)),
        soon=legs(heard, stored_when="arrived"),
        late=legs(heard, stored_when="answered"),
    )


def legs(messages: Sequence[Mapping[str, Any]], stored_when: Literal["arrived", "answered"]) -> Legs:
    """The delays of these messages, all of which were answered."""
    told = [_ms(each, "answered", "ended") for each in messages if each["kind"] == "write"]
    came = [_ms(each, "time", "arrived") for each in messages if each["kind"] == "read"]
    return Legs(
        writes=tuple(_both_ways(messages, "store-versions", stored_when)),
        reads=tuple(_both_ways(messages, "fetch-versions", "arrived")),
        clients=tuple(one + other for one, other in zip(told, came, strict=False)),
    )


def _both_ways(messages: Iterable[Mapping[str, Any]], kind: str, turn: str) -> Iterable[tuple[float, float]]:
    of_kind = (each for each in messages if each["kind"] == kind)
    return ((_ms(each, "time", turn), _ms(each, turn, "ended")) for each in of_kind)


def _ms(message: Mapping[str, Any], since: str, until: str) -> float:
    return float(message[until] - message[since]) / NS_PER_MS


def _phases(history: History) -> list[Phase]:
    """When the homes were far away, when one was dead, when two …: as the script has marked it."""
    begun = [event.time for event in history.nemesis if event.f == BEGIN]
    ended = [event.time for event in history.nemesis if event.f == END]
    return list(zip(begun, ended, strict=True))


def _whole(history: History, phase: Phase) -> list[Operation]:
    """The operations that began and ended then, those in doubt as well."""
    return [
        Operation.of(begun, ended)
        for begun, ended in history.pairs
        if ended is not None and not begun.final and phase[0] <= begun.time and ended.time <= phase[1]
    ]


def _answered(operations: Iterable[Operation]) -> Answered:
    outcomes = [operation.outcome == "ok" for operation in operations]
    return Answered(sum(outcomes), len(outcomes))


def _took_ms(operations: Iterable[Operation]) -> Iterable[float]:
    done = (each for each in operations if each.outcome == "ok")
    return ((each.returned_ns - each.invoked_ns) / NS_PER_MS for each in done)


def _probes(operations: Sequence[Operation]) -> Iterable[Probe]:
    by_key: dict[Any, tuple[list[Operation], list[Operation]]] = {}
    for each in operations:
        writes, reads = by_key.setdefault(each.key, ([], []))
        if each.writes:
            writes.append(each)
        elif each.outcome == "ok":
            reads.append(each)
    for writes, reads in by_key.values():
        if _one_by_one(writes):
            yield from (probe for read in reads if (probe := _probe(read, writes)))


def _one_by_one(writes: Sequence[Operation]) -> bool:
    return all(one.precedes(next_) for one, next_ in pairwise(writes))


def _probe(read: Operation, writes: Sequence[Operation]) -> Probe | None:
    """None where a write was under way, or none had been acknowledged."""
    before = [write for write in writes if write.precedes(read)]
    after = sum(read.precedes(write) for write in writes)
    if not before or len(before) + after < len(writes):
        return None
    values = [write.value for write in before]
    behind = len(values) if read.value not in values else len(values) - 1 - values.index(read.value)
    return Probe((read.invoked_ns - before[-1].returned_ns) / NS_PER_MS, behind)
