"""From a recording to a verdict: the same way for a run just made and for one saved long ago."""

from collections.abc import Mapping, Sequence

from chaos.checkers import run_checker
from chaos.history import History
from chaos.measures import measure
from chaos.verdict import Finding, Kind, Verdict, judge


def doubts(history: History, least_before_fault: int) -> list[str]:
    """Reasons why this history proves nothing, whatever the checkers find in it."""
    if not history.nemesis:
        return ["no fault struck"]
    first_fault = history.nemesis[0].index
    before = sum(op.outcome == "ok" and op.end < first_fault for op in history.client_operations)
    if before < least_before_fault:
        return [
            f"only {before} operations were acknowledged before the fault; "
            f"{least_before_fault} are needed, or there was nothing to break"
        ]
    return []


def findings(
    history: History, anomalies: Sequence[str], bounds_ms: Mapping[str, float]
) -> tuple[Finding, ...]:
    """What each anomaly's checker says; `bounds_ms` holds the bounds of those that measure a time.

    Raises `ValueError` for an unknown name.
    """
    bounds = {name: {"bound_ms": bound_ms} for name, bound_ms in bounds_ms.items()}
    return tuple(run_checker(name, history, **bounds.get(name, {})) for name in anomalies)


def pronounce(
    *,
    scenario: str,
    variant: str,
    kind: Kind,
    judged: Sequence[str],
    runtime: str,
    seed: int,
    history: History,
    checkers: Sequence[str],
    bounds_ms: Mapping[str, float],
    problems: Sequence[str],
) -> Verdict:
    """The verdict on one variant, which rests on the anomalies in `judged`; see `verdict.judge`."""
    found = findings(history, checkers, bounds_ms)
    return Verdict(
        scenario=scenario,
        variant=variant,
        kind=kind,
        runtime=runtime,
        seed=seed,
        as_expected=judge(kind, judged, found, problems),
        anomalies=found,
        measures=measure(history),
        problems=tuple(problems),
    )
