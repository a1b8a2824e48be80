"""What a scenario is: a story as a script, and data that says what it must show.

One file in `scenarios/` holds one `SCENARIO`. Its variants run the same script under the same faults
and differ only in how the cluster is set: a *problem* must show its anomalies, a *remedy* must be
free of every anomaly that the scenario names. Where the row of the catalogue says more (one device or
two, a death or none), a variant brings a script or a workload of its own.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from chaos.catalogue.names import hint
from chaos.checkers import MODELS, checker_names, takes_bound, takes_model
from chaos.cluster import Ability
from chaos.cluster.shape import DEFAULT, Shape
from chaos.judging.verdict import Kind
from services.settings import CommonSettings, settings_of

if TYPE_CHECKING:
    from chaos.running.run import Run
    from chaos.workloads.traffic import Workload

Script: TypeAlias = Callable[["Run"], Awaitable[None]]


@dataclass(frozen=True)
class Variant:
    """One setting of the cluster: `finds` must be found under a problem, and is empty for a remedy.

    `script`, `workload` and `shape` stand in for those of the scenario. `not_on` says of a runtime why the
    variant makes no sense there. `also` names anomalies that this variant alone is looked through for.
    `only_in_its_story` says why a remedy promises nothing under faults other than those of its script.
    """

    name: str
    kind: Kind
    settings: Mapping[str, Any]
    finds: tuple[str, ...] = ()
    script: Script | None = None
    workload: "Workload | None" = None
    shape: Shape | None = None
    not_on: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    only_in_its_story: str = ""


def problem(
    name: str,
    finds: Sequence[str],
    *,
    script: Script | None = None,
    workload: "Workload | None" = None,
    shape: Shape | None = None,
    not_on: Mapping[str, str] | None = None,
    also: Sequence[str] = (),
    **settings: Any,
) -> Variant:
    """A variant that must show every anomaly in `finds`; `settings` are a family's, and its name.

    What it finds may be among `also`, instead of the scenario's: what no remedy here promises to avoid.
    """
    others = (script, workload, shape, not_on or {}, tuple(also))
    return Variant(name, "problem", settings, tuple(finds), *others)


def remedy(
    name: str,
    *,
    script: Script | None = None,
    workload: "Workload | None" = None,
    shape: Shape | None = None,
    not_on: Mapping[str, str] | None = None,
    also: Sequence[str] = (),
    only_in_its_story: str = "",
    **settings: Any,
) -> Variant:
    """A variant that must show none of the scenario's anomalies, nor any of `also`; see `Variant`."""
    others = (not_on or {}, tuple(also), only_in_its_story)
    return Variant(name, "remedy", settings, (), script, workload, shape, *others)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One row of the catalogue. Raises `ValueError` when its data does not fit together.

    `checkers` are the names of the anomalies it judges, `settings` what all variants share, `needs`
    what a runtime must be able to do; `not_on` says of a runtime that could do it all why the scenario
    makes no sense there, `runs_with` what else than usual runs there. `bounds_ms` states for how long, in
    milliseconds, what some of its checkers measure is still all right: `{"write-stall": 2000}`.
    `model` is the isolation level to which `transaction-cycle` holds it, by default that of the checker.
    `least_before_fault` is the number of acknowledged operations below which a run proves nothing, because
    nothing was there to be broken.
    """

    id: str
    section: str
    title: str
    script: Script
    workload: "Workload"
    checkers: tuple[str, ...]
    variants: tuple[Variant, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    shape: Shape = DEFAULT
    not_on: Mapping[str, str] = field(default_factory=dict)
    runs_with: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[Ability] = frozenset({"links"})
    bounds_ms: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    least_before_fault: int = 20

    def __post_init__(self) -> None:
        names = [variant.name for variant in self.variants]
        if len(set(names)) < len(names):
            raise ValueError(f"scenario {self.id} has two variants of one name: {', '.join(names)}")
        self._check_checkers()
        for name in self.bounds_ms:
            if name not in self.checkers or not takes_bound(name):
                raise ValueError(f"scenario {self.id} states a bound for {name}, which it does not measure")
        if self.model and (self.model not in MODELS or not any(map(takes_model, self.checkers))):
            raise ValueError(
                f"scenario {self.id} states the model {self.model}: it must be one of {', '.join(MODELS)}, "
                "and one of the checkers must be transaction-cycle"
            )
        for variant in self.variants:
            self.settings_of(variant)
            judged = self.checkers_for(variant)
            if unjudged := [name for name in variant.finds if name not in judged]:
                raise ValueError(
                    f"{self.id}:{variant.name} finds {', '.join(unjudged)}, which none of its checkers "
                    f"judges; {hint(unjudged[0], judged)}"
                )

    def _check_checkers(self) -> None:
        """Every one that is named must be there. Raises `ValueError` with the nearest that is."""
        for name in (*self.checkers, *(name for variant in self.variants for name in variant.also)):
            if name not in checker_names():
                raise ValueError(
                    f"scenario {self.id}: there is no checker {name!r}; {hint(name, checker_names())}"
                )

    def settings_of(self, variant: Variant) -> CommonSettings:
        """The whole settings of one variant. Raises `ValueError` naming the field that is wrong."""
        try:
            return settings_of({**self.settings, **variant.settings})
        except ValueError as error:
            raise ValueError(f"{self.id}:{variant.name}: {error}") from error

    def script_for(self, variant: Variant) -> Script:
        """The variant's own script, or else the scenario's."""
        return variant.script or self.script

    def workload_for(self, variant: Variant) -> "Workload":
        """The variant's own workload, or else the scenario's."""
        return variant.workload or self.workload

    def shape_for(self, variant: Variant) -> Shape:
        """The cluster that the variant runs on: its own, or else the scenario's."""
        return variant.shape or self.shape

    def not_on_for(self, variant: Variant) -> Mapping[str, str]:
        """The runtimes on which the variant makes no sense, and why."""
        return {**self.not_on, **variant.not_on}

    def judged_for(self, variant: Variant) -> tuple[str, ...]:
        """The anomalies on which the verdict rests: a problem's own, all of them for a remedy."""
        return variant.finds if variant.kind == "problem" else self.checkers_for(variant)

    def checkers_for(self, variant: Variant) -> tuple[str, ...]:
        """Every anomaly that a run of the variant is looked through for."""
        return (*self.checkers, *variant.also)
