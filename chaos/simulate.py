"""One run in virtual time, as a pure function: what comes out depends on what goes in and on nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chaos.discover import select
from chaos.folder import NoFolder, RunFolder
from chaos.narrator import TellAt, Tone
from chaos.runner import Stage, play
from chaos.runtimes.registry import CLIENT_TIMEOUT_S, RUNTIMES
from chaos.runtimes.simulated.process import NODES, Maker
from chaos.runtimes.simulation import SimulatedCluster
from chaos.scenario import Scenario, Variant
from chaos.schedules.perform import script_of
from chaos.schedules.schedule import Schedule
from chaos.verdict import Verdict

CONVERGENCE = "diverged-replicas"


@dataclass(frozen=True)
class Simulation:
    """What is to be simulated; small, so that it can be sent to other processes and machines.

    `variant` of the scenario of that id, from `seed`. With a `schedule` its faults strike instead of
    the scenario's script, and convergence is judged too. `clients` and `rate_per_s` stand in for
    those of the scenario's workload.
    """

    scenario: str
    variant: str
    seed: int
    schedule: Schedule | None = None
    clients: int | None = None
    rate_per_s: float | None = None

    def prepared(self) -> tuple[Scenario, Variant]:
        """The scenario and its variant, changed as is asked for. Raises `UnknownNameError`."""
        ((scenario, (variant,)),) = select([f"{self.scenario}:{self.variant}"])
        workload = scenario.workload
        if self.clients is not None:
            workload = replace(workload, clients=self.clients, max_clients=self.clients)
        if self.rate_per_s is not None:
            workload = replace(workload, rate_per_s=self.rate_per_s)
        if self.schedule is None:
            return replace(scenario, workload=workload), variant
        checkers = tuple(dict.fromkeys((*scenario.checkers, CONVERGENCE)))
        return replace(
            scenario, workload=workload, script=script_of(self.schedule), checkers=checkers
        ), variant


def simulate(
    simulation: Simulation,
    folder: RunFolder | NoFolder | None = None,
    tell: TellAt | None = None,
    nodes: Mapping[str, Maker] = NODES,
) -> Verdict:
    """Run it, on `nodes` by role. Raises `SimulationError` when it cannot come to an end."""
    return RUNTIMES["sim"].run(_play(simulation, folder or NoFolder(), tell or _to_nobody, nodes))


async def _play(
    simulation: Simulation, folder: RunFolder | NoFolder, tell: TellAt, nodes: Mapping[str, Maker]
) -> Verdict:
    scenario, variant = simulation.prepared()
    cluster = SimulatedCluster(simulation.seed, nodes=nodes)
    try:
        stage = Stage(cluster, cluster.client(CLIENT_TIMEOUT_S), RUNTIMES["sim"].clock(), tell)
        return await play(stage, scenario, variant, simulation.seed, folder)
    finally:
        await cluster.close()


def _to_nobody(second: float, text: str, tone: Tone) -> None:
    """Nobody watches."""
