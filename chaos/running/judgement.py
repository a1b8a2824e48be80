"""From a recording to a verdict, in the same way for a run just made and for one saved long ago."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chaos.catalogue.scenario import Scenario, Variant
from chaos.checkers import asks_whether_settled, run_checker, takes_model
from chaos.history import History
from chaos.judging.measures import measure
from chaos.judging.verdict import STOOD_STILL, Finding, Kind, Verdict, judge
from chaos.recording.stalls import Stall
from services.settings import CommonSettings

NO_FAULT = "no fault struck"
MUCH = 1 / 3  # of a run's time
NOT_SETTLED = "not settled"  # how the problem of a run begins whose replicas were read too early


def doubts(history: History, least_before_fault: int) -> list[str]:
    """Reasons why this history proves nothing, whatever the checkers find."""
    if not history.nemesis:
        return [NO_FAULT]
    first_fault = history.nemesis[0].index
    before = sum(op.outcome == "ok" and op.end < first_fault for op in history.client_operations)
    if before < least_before_fault:
        return [
            f"only {before} operations were acknowledged before the fault; "
            f"{least_before_fault} are needed, or there was nothing to break"
        ]
    return []


def not_settled(error: Exception) -> str:
    """The problem of a run whose replicas were read although `error` kept them from settling."""
    said = str(error)
    return said if said.startswith(NOT_SETTLED) else f"{NOT_SETTLED}: {said}"


def stood_still(
    stalls: Sequence[Stall], settings: CommonSettings, bounds_ms: Mapping[str, float] | None = None
) -> list[str]:
    """Why the run proves nothing, if this machine stood still for long enough to matter.

    For the nodes that is half the time after which they take each other for dead; for the checkers, half the
    shortest time in `bounds_ms`. The other half is left for what they are meant to measure.
    """
    longest = max(stalls, key=lambda stall: stall.lasted_s, default=None)
    shortest_ms = min(settings.detection_timeout_ms, *(bounds_ms or {}).values(), math.inf)
    if longest is None or longest.lasted_s * 1000 <= shortest_ms / 2:
        return []
    return [
        f"{STOOD_STILL} for {longest.lasted_s:.1f} s, {longest.began_ns / 1e9:.1f} s after the beginning; "
        "nothing that happened then proves anything, so run it again"
    ]


def stood_still_often(stalls: Sequence[Stall], run_s: float, problems: Sequence[str]) -> list[str]:
    """The reason, if a run of `run_s` failed with `problems`, and this machine stood still for much of it.

    A run that ends as it should proves as much as ever, even if the machine often stood still for a moment.
    But a script that waited in vain, or replicas that did not settle, may only have lacked the time.
    """
    lasted_s = sum(stall.lasted_s for stall in stalls)
    is_known = any(problem.startswith(STOOD_STILL) for problem in problems)
    if not problems or is_known or lasted_s <= MUCH * run_s:
        return []
    return [
        f"{STOOD_STILL} for {lasted_s:.1f} s in all, out of {run_s:.1f} s; what came too late then proves "
        "nothing, so run it again"
    ]


def has_shown(scenario: Scenario, variant: Variant, recorded: Callable[[], History]) -> bool:
    """Has the history shown all that the variant's verdict needs, except what only the end can tell?"""
    judged = findings(recorded(), scenario.judged_for(variant), scenario.bounds_ms, scenario.model)
    return all(each.found is not False for each in judged)


def findings(
    history: History,
    anomalies: Sequence[str],
    bounds_ms: Mapping[str, float],
    model: str = "",
    problems: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """What each anomaly's checker says; `bounds_ms` holds the bounds of those that measure a time.

    `model` is the isolation level that transactions must meet, empty for the checker's own; `problems` say
    whether the cluster had settled. Raises `ValueError` for an unknown name.
    """
    stated: dict[str, dict[str, Any]] = {name: {"bound_ms": bound} for name, bound in bounds_ms.items()}
    if model:
        stated |= {name: {"model": model} for name in anomalies if takes_model(name)}
    if any(problem.startswith(NOT_SETTLED) for problem in problems):
        for name in filter(asks_whether_settled, anomalies):
            stated[name] = {**stated.get(name, {}), "settled": False}
    return tuple(run_checker(name, history, **stated.get(name, {})) for name in anomalies)


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
    model: str = "",
) -> Verdict:
    """The verdict on one variant, which rests on the anomalies in `judged`; see `verdict.judge`."""
    found = findings(history, checkers, bounds_ms, model, problems)
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
