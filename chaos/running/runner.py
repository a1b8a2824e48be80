"""One variant from settings to verdict: configure, play the script under traffic, heal, settle, read, judge.

The end is always the same, whatever happened to the script: everything is healed, and the recording stays.
Only what is in the folder is judged, so the judgement can be repeated from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from chaos.catalogue.scenario import Scenario, Variant
from chaos.cluster import Cluster, ClusterError
from chaos.cluster.seeds import child
from chaos.judging.verdict import Verdict
from chaos.recording.folder import STALLS, NoFolder, RunFolder
from chaos.recording.overhearing import overhearing
from chaos.recording.recorder import Recorder
from chaos.recording.sampling import sampling
from chaos.recording.stalls import Watch, not_watching
from chaos.running.judgement import (
    doubts,
    has_shown,
    not_settled,
    pronounce,
    stood_still,
    stood_still_often,
)
from chaos.running.narrator import Narrator, Tell, TellAt
from chaos.running.run import Run
from chaos.running.settle import consumers_caught_up, final_reads, heal, settle
from chaos.workloads.client import Client
from chaos.workloads.traffic import Traffic
from services.ports import Clock

SET_ASIDE = "set-aside.json"


@dataclass(frozen=True)
class Stage:
    """What a run needs from outside, whatever the runtime."""

    cluster: Cluster
    client: Client
    clock: Clock
    tell: TellAt | None  # None where nobody listens
    watched: Watch = not_watching  # for stalls of this machine, if they can spoil the run


async def play(
    stage: Stage, scenario: Scenario, variant: Variant, seed: int, folder: RunFolder | NoFolder
) -> Verdict:
    """Run one variant on a running cluster, record it in `folder`, and judge it.

    Raises `ClusterError` if the cluster cannot even be set up; if something goes wrong later, the verdict is
    unknown, and its `problems` say why.
    """
    settings = scenario.settings_of(variant)
    await stage.cluster.configure(settings)
    began_s = stage.clock.wall()
    try:
        with folder.recorder(lambda: round(stage.clock.monotonic() * 1e9)) as recorder:
            narrator = Narrator(stage.cluster, stage.tell, began_s, recorder.elapsed_ns)
            sampled = sampling(stage.cluster, stage.clock, recorder.elapsed_ns, folder)
            overheard = overhearing(stage.cluster, stage.clock, began_s, folder)
            async with narrator.following(stage.clock), sampled, overheard:
                with stage.watched(recorder.elapsed_ns) as stalls:
                    run_with = partial(
                        Run,
                        stage.cluster,
                        recorder=recorder,
                        tell=narrator.tell,
                        must_show=variant.kind == "problem",
                        shown=partial(has_shown, scenario, variant, folder.recorded),
                        began_s=began_s,
                    )
                    problems = await _perform(stage, scenario, variant, seed, recorder, run_with)
                    watched_s = recorder.elapsed_ns() / 1e9
                problems += stood_still(stalls, settings, scenario.bounds_ms)
                problems += await _conclude(stage, recorder, narrator.tell, folder)
                problems += stood_still_often(stalls, watched_s, problems)
    finally:
        folder.write_events(stage.cluster.events(), began_s)
    if stalls:
        folder.write_lines(STALLS, [stall.to_json() for stall in stalls])
    history = folder.recorded()
    return pronounce(
        scenario=scenario.id,
        variant=variant.name,
        kind=variant.kind,
        judged=scenario.judged_for(variant),
        runtime=stage.cluster.runtime,
        seed=seed,
        history=history,
        checkers=scenario.checkers_for(variant),
        bounds_ms=scenario.bounds_ms,
        model=scenario.model,
        problems=[*problems, *doubts(history, scenario.least_before_fault)],
    )


async def _perform(
    stage: Stage,
    scenario: Scenario,
    variant: Variant,
    seed: int,
    recorder: Recorder,
    run_with: Callable[[Traffic], Run],
) -> list[str]:
    """Play the script under traffic; returns why it stopped early, if it did."""
    traffic = scenario.workload_for(variant).start(
        stage.client, recorder, list(stage.cluster.doors), child(seed, "workload"), stage.clock
    )
    problems = []
    try:
        try:
            await scenario.script_for(variant)(run_with(traffic))
        except ClusterError as error:
            problems.append(str(error))
        await traffic.stop()
    finally:
        await traffic.abandon()
    return problems


async def _conclude(stage: Stage, recorder: Recorder, tell: Tell, folder: RunFolder | NoFolder) -> list[str]:
    """Heal, settle, and read every replica; returns why the cluster did not settle, if it did not."""
    problems = []
    try:
        await heal(stage.cluster, recorder, tell)
        await settle(stage.cluster, recorder, tell)
        await consumers_caught_up(stage.cluster, recorder)
    except ClusterError as error:
        problems.append(not_settled(error))
    set_aside = await final_reads(stage.cluster, recorder)
    tell("every replica was read", "plain")
    if set_aside:
        folder.write_json(SET_ASIDE, set_aside)
        tell(f"what {', '.join(set_aside)} had to set aside is in {SET_ASIDE}", "plain")
    return problems
