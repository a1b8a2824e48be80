"""Elections under faults: who was promoted in which epoch, by the nodes' own log lines."""

from dataclasses import dataclass

from chaos.cluster.seeds import child
from chaos.cluster.shape import Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.schedules.schedule import Schedule, Stroke
from chaos.sessions.simulate import Simulation, simulate

REPLICAS = ("n1", "n2", "n3")
LENGTH_MS = 8000
HASTY = (("detection_timeout_ms", 150), ("heartbeat_ms", 50))


@dataclass(frozen=True)
class Outcome:
    """What became of a run: `epochs` in which somebody led, and those that were `crowded`, with whom."""

    seed: int
    as_expected: bool | None
    epochs: int
    crowded: dict[int, list[str]]


def watched(simulation: Simulation) -> Outcome:
    """Run it, and look who was promoted in which epoch."""
    clusters: list[SimulatedCluster] = []

    def make(seed: int, shape: Shape) -> SimulatedCluster:
        clusters.append(SimulatedCluster(seed, shape))
        return clusters[0]

    verdict = simulate(simulation, make=make)
    leaders: dict[int, set[str]] = {}
    for event in clusters[0].events():
        if event.event == "promoted":
            leaders.setdefault(event.fields["epoch"], set()).add(event.node)
    crowded = {epoch: sorted(nodes) for epoch, nodes in leaders.items() if len(nodes) > 1}
    return Outcome(simulation.seed, verdict.as_expected, len(leaders), crowded)


def power_failures(seed: int) -> Simulation:
    """All replicas lose power at once, again and again, often when a vote is given and nothing else is yet.

    Links are slow, so that between a vote and the first message of whoever won there is time for that.
    """
    random = child(seed, "power")
    slow = [
        Stroke(kind="slow-one-way", at_ms=0, for_ms=LENGTH_MS, source=node, targets=REPLICAS, amount=150)
        for node in REPLICAS
    ]
    failures = [
        Stroke(kind="kill", at_ms=at_ms + random.randrange(600), for_ms=10, source="n1", targets=("n2", "n3"))
        for at_ms in range(0, LENGTH_MS, 900)
    ]
    schedule = Schedule((*slow, *failures), LENGTH_MS)
    return Simulation("failover", "election", seed, schedule, clients=2, rate_per_s=10, settings=HASTY)
