"""One variant from settings to verdict: configure, play the script under traffic, heal, settle, read, judge.

The end is always the same, whatever the script met: everything is healed, and what was recorded stays.
Only what the folder holds is judged, so a judgement can be repeated from it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from chaos.cluster import Cluster, ClusterError
from chaos.folder import RunFolder
from chaos.history import History
from chaos.judging import doubts, pronounce
from chaos.narrator import Newsreader, Tell, TellAt, Tone, in_words
from chaos.proxy.seeds import child
from chaos.recorder import Recorder
from chaos.run import Run
from chaos.scenario import Scenario, Variant
from chaos.settle import final_reads, heal, settle
from chaos.verdict import Verdict
from chaos.workloads.client import Client
from services.ports import Clock

NEWS_S = 0.1


@dataclass(frozen=True)
class Stage:
    """What a run needs of the outside, whatever the runtime."""

    cluster: Cluster
    client: Client
    clock: Clock
    tell: TellAt


async def play(stage: Stage, scenario: Scenario, variant: Variant, seed: int, folder: RunFolder) -> Verdict:
    """Run one variant on a standing cluster, record it in `folder`, and judge it.

    Raises `ClusterError` when the cluster cannot even be set up; what goes wrong later makes the verdict
    unknown, and stands in its `problems`.
    """
    await stage.cluster.configure(scenario.settings_of(variant))
    began_s = stage.clock.wall()
    try:
        with Recorder(folder.history, lambda: round(stage.clock.monotonic() * 1e9)) as recorder:
            async with _news(stage, began_s):
                problems = await _record(stage, scenario, seed, recorder, _timed(stage, recorder))
    finally:
        folder.write_events(stage.cluster.events(), began_s)
    history = History.load(folder.history)
    return pronounce(
        scenario=scenario.id,
        variant=variant.name,
        kind=variant.kind,
        judged=scenario.judged_for(variant),
        runtime=stage.cluster.runtime,
        seed=seed,
        history=history,
        checkers=scenario.checkers,
        problems=[*problems, *doubts(history, scenario.least_before_fault)],
    )


def _timed(stage: Stage, recorder: Recorder) -> Tell:
    def tell(text: str, tone: Tone) -> None:
        stage.tell(recorder.elapsed_ns() / 1e9, text, tone)

    return tell


async def _record(stage: Stage, scenario: Scenario, seed: int, recorder: Recorder, tell: Tell) -> list[str]:
    """Play the script and bring it to its end; returns what makes the recording worthless, if anything."""
    cluster = stage.cluster
    traffic = scenario.workload.start(
        stage.client, recorder, list(cluster.gateways), child(seed, "workload"), stage.clock
    )
    problems = []
    try:
        try:
            await scenario.script(Run(cluster, traffic, recorder, tell))
        except ClusterError as error:
            problems.append(str(error))
        await traffic.stop()
    finally:
        await traffic.abandon()
    try:
        await heal(cluster, recorder, tell)
        await settle(cluster)
    except ClusterError as error:
        problems.append(str(error))
    await final_reads(cluster, recorder)
    tell("settled; every replica was read", "plain")
    return problems


@contextlib.asynccontextmanager
async def _news(stage: Stage, since_s: float) -> AsyncIterator[None]:
    """Tell what stands out in the nodes' logs while the block runs."""
    reader = Newsreader(since_s)

    def tell_news() -> None:
        for event in reader.news(stage.cluster.events()):
            stage.tell(event.time_s - since_s, in_words(event), "node")

    async def follow() -> None:
        while True:
            tell_news()
            await stage.clock.sleep(NEWS_S)

    follower = asyncio.create_task(follow())
    try:
        yield
    finally:
        follower.cancel()
        await asyncio.gather(follower, return_exceptions=True)
        tell_news()
