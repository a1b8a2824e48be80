"""A film: everything that a page shows of a simulated run, from its beginning to its verdict.

Of the two ways to go back in time, to run everything again up to a moment or to keep what was to be seen,
this is the second. A run of some seconds takes a fraction of one, and what is seen of it is small where what
does not change is kept once. So the page has all of the run, and time goes to and fro in the browser alone,
exactly and without delay. Only what nobody has seen yet, another future, has to be run: from the beginning,
by the same seed.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from chaos.judging.verdict import Finding
from chaos.page.picture import NodeShown, Place, Wire
from chaos.report.plainly import plainly

MOST_WITNESSES = 5


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be seen from `at_ms` until the next frame; nodes and wires are numbers into the film's."""

    at_ms: float
    headline: str
    alarm: bool
    because: str
    wrong: tuple[str, ...]
    nodes: tuple[int, ...]
    wires: tuple[int, ...]


class FilmLine(msgspec.Struct, frozen=True):
    """A line of the log; `time_s` counts from the beginning of the run, `kind` as on the live page."""

    time_s: float
    node: str
    kind: str
    text: str


class Happening(msgspec.Struct, frozen=True):
    """Something that one wants to stop at. `kind` is fault, role, request or anomaly."""

    at_ms: float
    kind: str
    text: str


class Flight(msgspec.Struct, frozen=True, array_like=True):
    """One way of a message: from whom to whom, when it left, when it came (-1: never), and what it is."""

    source: str
    target: str
    left_ms: float
    came_ms: float
    kind: str
    is_reply: bool


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One finding in words: `found` is null where nobody can tell, and then `reason` says why."""

    name: str
    found: bool | None
    words: str
    reason: str = ""
    witnesses: tuple[str, ...] = ()


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict: `tone` is fine, bad or doubt; `problems` are reasons to distrust the run."""

    sentence: str
    tone: str
    proofs: tuple[Proof, ...]
    problems: tuple[str, ...] = ()


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What this film shares with that of the plan before it: so many events, which hash to `digest`."""

    until_ms: float
    events: int
    digest: str
    same: bool


class Outcome(msgspec.Struct, frozen=True):
    """What became of one strike."""

    at_ms: int
    done: bool
    text: str


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; see the module. `stopped_ms` is when clients stopped: up to then one may strike."""

    name: str
    family: str
    settings: str
    seed: int
    doors: tuple[str, ...]
    replicas: tuple[str, ...]
    places: tuple[Place, ...]
    ends_ms: float
    stopped_ms: float
    nodes: tuple[NodeShown, ...]
    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...]
    held: tuple[tuple[float, str, str, str], ...]  # from when on, who, under which key, what
    lines: tuple[FilmLine, ...]
    happenings: tuple[Happening, ...]
    flights: tuple[Flight, ...]
    verdict: Judged
    struck: tuple[Outcome, ...] = ()


class Reel(msgspec.Struct, frozen=True):
    """A film with what it was made from: the history, each event as a line of `history.jsonl`."""

    film: Film
    history: tuple[bytes, ...]
    times_ns: tuple[int, ...]
    findings: tuple[Finding, ...]

    def until(self, at_ms: float) -> Sequence[bytes]:
        """The events before that moment."""
        return [line for line, time in zip(self.history, self.times_ns, strict=True) if time < at_ms * 1e6]


def proof_of(finding: Finding) -> Proof:
    """The finding in words."""
    return Proof(
        name=finding.name,
        found=finding.found,
        words=plainly(finding),
        reason=finding.reason,
        witnesses=tuple(witness.text for witness in finding.witnesses[:MOST_WITNESSES]),
    )


def as_lines(events: Sequence[Any]) -> tuple[bytes, ...]:
    """Each event as it would stand in `history.jsonl`."""
    return tuple(map(msgspec.json.encode, events))
