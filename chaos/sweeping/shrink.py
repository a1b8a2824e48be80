"""Makes a run smaller that shows an anomaly, as long as it still shows it.

First fewer strokes (delta debugging: halves, quarters and so on are left out; Zeller and Hildebrandt,
2002), then narrower and shorter ones, an earlier end, fewer clients and fewer requests. A run is a pure
function, so every attempt has to be made only once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from msgspec.structs import replace as with_fields

from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.report.words import counted
from chaos.schedules.schedule import Schedule, Stroke
from chaos.schedules.take_down import ObservedCluster
from chaos.sessions.simulate import Simulation, load_of, simulate
from chaos.sweeping.sweep import run_one

SHORTEST_STROKE_MS, SHORTEST_MS = 10, 100
LOADS = ((1, 5), (2, 10), (2, 20), (4, 30), (8, 40))  # clients, requests per second


class Shrinker:
    """Looks for the smallest run that still finds all of `anomalies`; says through `tell` how it goes on."""

    def __init__(self, simulation: Simulation, anomalies: Sequence[str], tell: Callable[[str], None]) -> None:
        self.runs = 0
        self._anomalies, self._tell = frozenset(anomalies), tell
        self._tried: dict[Simulation, bool] = {}
        self._best = simulation

    def smallest(self) -> Simulation:
        """The smallest found. Raises `ClusterError` when only the scenario's script itself shows it."""
        if self._best.schedule is None:
            self._leave_the_script()
        while self._fewer_strokes() or self._less_of_everything():
            pass
        return self._best

    def _leave_the_script(self) -> None:
        clusters: list[ObservedCluster] = []

        def observed(seed: int, shape: Shape) -> ObservedCluster:
            clusters.append(ObservedCluster(seed, shape))
            return clusters[0]

        simulate(self._best, make=observed)
        if not self._accept(replace(self._best, schedule=clusters[0].schedule())):
            raise ClusterError(
                "this run shows its anomaly under the scenario's script, but not when the same faults strike "
                "at fixed times; a run of `./lab sweep --random` can be made smaller"
            )

    def _fewer_strokes(self) -> bool:
        """Leave out as many strokes as possible; True if there were some."""
        before = len(self._strokes)
        size = max(1, before // 2)
        while size:
            at = 0
            while at < len(self._strokes):
                if not self._accept(self._with_strokes((*self._strokes[:at], *self._strokes[at + size :]))):
                    at += size
            size //= 2
        return len(self._strokes) < before

    def _less_of_everything(self) -> bool:
        """Accept the first smaller run of each sort that still shows it; True if there was one."""
        before = self._best
        for sort in (self._fewer_targets, self._shorter_strokes, self._earlier_ends, self._smaller_loads):
            any(map(self._accept, sort()))
        return self._best != before

    def _fewer_targets(self) -> Iterator[Simulation]:
        return self._with_another(_narrower)

    def _shorter_strokes(self) -> Iterator[Simulation]:
        return self._with_another(_shorter)

    def _with_another(self, smaller: Callable[[Stroke], Iterator[Stroke]]) -> Iterator[Simulation]:
        """One stroke after the other, replaced by each of those that are `smaller`."""
        for at in range(len(self._strokes)):
            for another in smaller(self._strokes[at]):
                yield self._with_strokes((*self._strokes[:at], another, *self._strokes[at + 1 :]))

    def _earlier_ends(self) -> Iterator[Simulation]:
        schedule = self._schedule
        for length_ms in (SHORTEST_MS, schedule.length_ms // 4, schedule.length_ms // 2):
            if SHORTEST_MS <= length_ms < schedule.length_ms:
                yield replace(self._best, schedule=with_fields(schedule, length_ms=length_ms))
        if schedule.before > 1:
            yield replace(self._best, schedule=with_fields(schedule, before=schedule.before // 2))

    def _smaller_loads(self) -> Iterator[Simulation]:
        for clients, rate_per_s in LOADS:
            if self._best.rate_per_s is None or rate_per_s < self._best.rate_per_s:
                yield replace(self._best, clients=clients, rate_per_s=rate_per_s)

    def _accept(self, candidate: Simulation) -> bool:
        """Try `candidate`; it is the best from now on if it still shows the anomalies."""
        if candidate not in self._tried:
            self.runs += 1
            self._tried[candidate] = self._anomalies <= set(anomalies_of(candidate))
        if self._tried[candidate]:
            if size_of(candidate) != size_of(self._best):
                self._tell(f"run {self.runs}: still fails with {size_of(candidate)}")
            self._best = candidate
        return self._tried[candidate]

    def _with_strokes(self, strokes: tuple[Stroke, ...]) -> Simulation:
        return replace(self._best, schedule=with_fields(self._schedule, strokes=strokes))

    @property
    def _schedule(self) -> Schedule:
        assert self._best.schedule
        return self._best.schedule

    @property
    def _strokes(self) -> tuple[Stroke, ...]:
        return self._schedule.strokes


def anomalies_of(simulation: Simulation) -> tuple[str, ...]:
    """What the run shows of all that its variant is judged for."""
    scenario, variant = simulation.prepared()
    return tuple(name for name in run_one(simulation).found if name in scenario.judged_for(variant))


def size_of(simulation: Simulation) -> str:
    """In words: strokes, time, load."""
    if simulation.schedule is None:
        return "the scenario's script"
    seconds, strokes = simulation.schedule.ends_ms / 1000, counted(len(simulation.schedule.strokes), "stroke")
    return f"{strokes} in {seconds:g} s, {load_of(simulation)}"


def _narrower(stroke: Stroke) -> Iterator[Stroke]:
    """Without one of several targets; without any a stroke would strike everybody."""
    for at in range(len(stroke.targets)):
        targets = (*stroke.targets[:at], *stroke.targets[at + 1 :])
        if targets:
            yield with_fields(stroke, targets=targets)


def _shorter(stroke: Stroke) -> Iterator[Stroke]:
    for for_ms in (SHORTEST_STROKE_MS, stroke.for_ms // 4, stroke.for_ms // 2):
        if SHORTEST_STROKE_MS <= for_ms < stroke.for_ms:
            yield with_fields(stroke, for_ms=for_ms)
    if stroke.at_ms >= SHORTEST_MS:
        yield with_fields(stroke, at_ms=stroke.at_ms // 2)
