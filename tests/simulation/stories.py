"""A story that is told in a test only: a scenario without a file, played in simulation."""

from chaos.catalogue.scenario import Scenario
from chaos.judging.verdict import Verdict
from chaos.recording.folder import NoFolder
from chaos.running.runner import Stage, play
from chaos.runtimes.registry import CLIENT_TIMEOUT_S, RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster


def played(scenario: Scenario, seed: int) -> tuple[Verdict, SimulatedCluster]:
    """The verdict on the only variant of `scenario`, and the cluster that it was played on."""
    return RUNTIMES["sim"].run(_play(scenario, seed))


async def _play(scenario: Scenario, seed: int) -> tuple[Verdict, SimulatedCluster]:
    (variant,) = scenario.variants
    cluster = SimulatedCluster(seed, scenario.shape_for(variant))
    try:
        stage = Stage(cluster, cluster.client(CLIENT_TIMEOUT_S), RUNTIMES["sim"].clock(), None)
        return await play(stage, scenario, variant, seed, NoFolder()), cluster
    finally:
        await cluster.close()


def accused(verdict: Verdict) -> list[str]:
    """What a remedy is not to be told: the anomalies that were found, and why nothing could be proven."""
    found = [f"{one.name}: {one.witnesses[0].text}" for one in verdict.anomalies if one.found]
    return found or ([] if verdict.as_expected else [f"unknown: {'; '.join(verdict.problems) or verdict}"])
