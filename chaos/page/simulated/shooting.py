"""From a plan to a film: the run is made once, in virtual time, with the camera on it."""

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

import msgspec

from chaos.catalogue.scenario import Scenario, Variant
from chaos.page.simulated.camera import Camera
from chaos.page.simulated.cluster import FilmedCluster
from chaos.page.simulated.developing import developed
from chaos.page.simulated.film import Past, Reel
from chaos.page.simulated.plan import Plan, must_fork_in_time
from chaos.page.simulated.story import script_of
from chaos.page.simulated.take import Take
from chaos.recording.folder import NoFolder
from chaos.recording.recorder import Recorder
from chaos.running.runner import Stage, play
from chaos.runtimes.registry import CLIENT_TIMEOUT_S, RUNTIMES
from chaos.sessions.simulate import must_converge

KEPT = 8  # films; whoever strikes again needs the one before


class Recording(NoFolder):
    """Keeps the history in memory; the camera runs from its beginning."""

    def __init__(self, begin: Callable[[Recorder], None]) -> None:
        super().__init__()
        self._begin = begin

    def recorder(self, clock_ns: Callable[[], int]) -> Recorder:
        """See `RunFolder`."""
        recorder = super().recorder(clock_ns)
        self._begin(recorder)
        return recorder


@lru_cache(KEPT)
def reel(plan: Plan) -> Reel:
    """The run of that plan; the same plan comes to the same reel.

    Raises `UnknownNameError`, `SimulationError`, `ClusterError`; `LabError` when something comes too late.
    """
    if plan.strikes:
        must_fork_in_time(plan, reel(msgspec.structs.replace(plan, strikes=())).film.stopped_ms)
    elif plan.turn:
        must_fork_in_time(plan, reel(plan.untouched).film.stopped_ms)
    return developed(RUNTIMES["sim"].run(_shoot(plan)))


def past(plan: Plan) -> Past | None:
    """What `plan` shares with the plan before it; None where nothing was decided."""
    if plan.forks_ms is None:
        return None
    own, other = (reel(each).until(plan.forks_ms) for each in (plan, plan.before))
    digest = sha256(b"\n".join(own)).hexdigest()
    return Past(until_ms=plan.forks_ms, events=len(own), digest=digest[:12], same=own == other)


async def _shoot(plan: Plan) -> Take:
    scenario, variant = _prepared(plan)
    cluster = FilmedCluster(plan.seed, scenario.shape_for(variant))
    take = Take(plan, cluster, Camera(cluster))
    filmed = dataclasses.replace(scenario, script=script_of(plan, scenario.script, cluster, take.told))
    clock = RUNTIMES["sim"].clock()

    def begin(recorder: Recorder) -> None:
        take.began_s = clock.wall()
        cluster.noted = lambda mark: take.note(recorder, mark)
        take.camera.begin(recorder.elapsed_ns)

    folder = Recording(begin)
    try:
        stage = Stage(cluster, cluster.client(CLIENT_TIMEOUT_S), clock, take.tell)
        verdict = await play(stage, filmed, variant, plan.seed, folder)
    finally:
        take.camera.end()
        await cluster.close()
    take.ended(folder.recorded(), verdict)
    return take


def _prepared(plan: Plan) -> tuple[Scenario, Variant]:
    """The scenario as the variant has it; once a person strikes, replicas that differ are found as well."""
    scenario, variant = plan.simulation.prepared()
    if plan.is_untouched_story:
        return scenario, variant
    scenario, variant = must_converge(scenario, variant)
    return dataclasses.replace(scenario, least_before_fault=0), variant
