"""Found, not found, or unknown: what a checker says of a history, and what that means for a variant.

Three values, because a run that shows nothing is no proof: when an assumption of a checker does not
hold, a fault did not bite or a checker crashed, the only honest answer is that nobody knows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["problem", "remedy"]

WITNESSES_SHOWN = 20
STOOD_STILL = "this machine stood still"  # so begins the problem of a run whose own machine had a stall

# Anomalies that are a matter of how long something took, or of what failed. Whatever holds up a machine
# causes them, under the best of remedies too.
COSTS = frozenset(
    {"write-stall", "unavailable", "long-outage", "needless-failover", "needs-downtime", "failed-request"}
)

AS_EXPECTED, NOT_AS_EXPECTED, WRONG_USAGE, UNKNOWN_OUTCOME, COULD_NOT_RUN = 0, 1, 2, 3, 4
INTERRUPTED = 130


@dataclass(frozen=True)
class Witness:
    """The few events that show an anomaly (`ops`: their indexes), and the story in plain words."""

    ops: tuple[int, ...]
    text: str


@dataclass(frozen=True)
class Finding:
    """What one checker says: `found` is None when it cannot tell, and then `reason` says why.

    `count` is how often, of which `witnesses` shows the first few; `measures` are numbers with their
    unit last in the name, and `summary` says in words what they come to.
    """

    name: str
    found: bool | None
    count: int = 0
    witnesses: tuple[Witness, ...] = ()
    reason: str = ""
    summary: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)
    crashed: bool = False  # the checker did, so there is no finding at all

    def to_json(self) -> dict[str, Any]:
        """As it stands in `verdict.json`; `reason` and `summary` only where they say something."""
        witnesses = [{"ops": list(witness.ops), "text": witness.text} for witness in self.witnesses]
        finding = {"name": self.name, "found": self.found, "count": self.count, "witnesses": witnesses}
        words = {"reason": self.reason, "summary": self.summary, "crashed": self.crashed}
        return finding | {name: text for name, text in words.items() if text}


def found(
    name: str, count: int, witnesses: Iterable[Witness], measures: Mapping[str, float] | None = None
) -> Finding:
    """The anomaly is there, `count` times."""
    shown = tuple(islice(witnesses, WITNESSES_SHOWN))
    return Finding(name, True, count, shown, measures=measures or {})


def not_found(name: str, measures: Mapping[str, float] | None = None) -> Finding:
    """The history is free of it."""
    return Finding(name, False, measures=measures or {})


def unknown(name: str, reason: str, measures: Mapping[str, float] | None = None) -> Finding:
    """The history cannot tell, for this reason."""
    return Finding(name, None, reason=reason, measures=measures or {})


@dataclass(frozen=True)
class Verdict:
    """The outcome of one variant; `as_expected` is None when unknown, and `problems` say why."""

    scenario: str
    variant: str
    kind: Kind
    runtime: str
    seed: int
    as_expected: bool | None
    anomalies: tuple[Finding, ...]
    measures: Mapping[str, float]
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The content of `verdict.json`; the findings' own measures are among `measures`."""
        measured = [finding.measures for finding in self.anomalies]
        return {
            "scenario": self.scenario,
            "variant": self.variant,
            "kind": self.kind,
            "runtime": self.runtime,
            "seed": self.seed,
            "as_expected": self.as_expected,
            "anomalies": [finding.to_json() for finding in self.anomalies],
            "measures": {name: value for some in (*measured, self.measures) for name, value in some.items()},
            "problems": list(self.problems),
        }


def judge(
    kind: Kind, anomalies: Collection[str], findings: Sequence[Finding], problems: Sequence[str] = ()
) -> bool | None:
    """Is this what the variant promises? None when unknown.

    A problem must show every one of its own `anomalies`; a remedy must be free of every one of
    `anomalies`, which are all that its scenario names. `problems` are reasons to distrust the run: a
    fault that did not bite, too few operations. They void everything but an anomaly under a remedy,
    which stays a failure whatever else went wrong. An anomaly that nobody judged is unknown.

    Where the machine itself stood still, that holds for safety only: a lost write was lost, however slow the
    machine was, while `COSTS` are what a stall brings about by itself. For the same reason a problem that
    shows its anomaly then shows nothing: the fault was to cause it, and the machine may have.
    """
    by_name = {finding.name: finding.found for finding in findings}
    answers = [by_name.get(name) for name in anomalies]
    blameless = COSTS if any(problem.startswith(STOOD_STILL) for problem in problems) else ()
    if kind == "remedy" and any(by_name.get(name) for name in anomalies if name not in blameless):
        return False
    if problems or not answers:
        return None
    if kind == "problem" and False in answers:
        return False
    return None if None in answers else True


def exit_code(outcomes: Iterable[bool | None], crashed: bool = False) -> int:
    """The exit code of `run`, `check` and `sweep`: the worst of several `as_expected`; a crash is none."""
    if crashed:
        return COULD_NOT_RUN
    seen = set(outcomes)
    if False in seen:
        return NOT_AS_EXPECTED
    return UNKNOWN_OUTCOME if None in seen else AS_EXPECTED
