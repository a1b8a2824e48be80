"""Several clients write the same key at once: which write came first? Often none did.

They fill shopping carts: read, add an item, write back. Where writes are concurrent, none knew of the other,
and nobody can say which replaces which. *Last write wins* picks one by its stamp and drops the others,
although they were acknowledged (`lww`). Where clocks differ, even a write that came later is dropped
(`lww-clock-skew`). It is safe if each key is written once (`write-once-keys`).

The others keep concurrent values as *siblings* and let the client merge them, by what each writer had seen.
`version-numbers`: one home counts the writes of a cart. Who reads gets the number, and sends it back; a
write replaces what its writer saw, and no more. `version-vectors` does the same with several homes, each of
which counts by itself. With one vector for all siblings (`plain-vectors`), a write whose writer missed one
other write replaces nothing at all, and siblings pile up without end; a dot for each (`dotted-vectors`) says
exactly what was seen.

A merge that takes every item of every cart brings removed ones back (`merge-without-tombstones`), which is
what Dynamo's shop did; with a mark for what was removed they stay away (`tombstones`).

Replicas keep tombstones, too, and not for ever. Collected by age while a home that missed the delete was
away, they are not there when it returns, and what it still has is taken for new (`tombstone-grace`).
Collected only once all homes are known to have them, they have done their work (`tombstones-after-repair`).

To watch in the logs: `tombstones-collected count=7`, `many-siblings key=cart0 count=25` on the homes. The
measures have `most_siblings`.

In the wild: Cassandra and ScyllaDB (`lww`, per cell); Riak (siblings, dotted since 2.0); Voldemort; Dynamo.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.kill import Kill
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import carts, register
from chaos.workloads.traffic import Workload

FAR_S = 0.08
GRACE_MS = 1000
CLIENTS = 8


async def script(run: Run) -> None:
    """Each gateway is far away from some homes, so that writes are on their way at the same time."""
    await _far_apart(run, 150)


async def briefly(run: Run) -> None:
    """The same, for as long as it takes siblings to pile up; each of them is a whole cart."""
    await _far_apart(run, 50)


async def _far_apart(run: Run, writes: int) -> None:
    await run.acknowledged(20)
    one, other = run.cluster.gateways
    homes = run.cluster.replicas
    async with run.fault(Slow(one, homes[-1], FAR_S)), run.fault(Slow(other, homes[0], FAR_S)):
        await run.acknowledged(writes)
    await run.acknowledged(10)


async def away_during_deletes(run: Run) -> None:
    """One home is away while things are deleted, for longer than the others remember that."""
    await run.acknowledged(100)
    async with run.fault(Kill(run.cluster.replicas[-1])):
        await run.acknowledged(60)
        await run.traffic(2 * GRACE_MS / 1000)
    await run.read(80)


def shopping(shared: int = 3, tombstones: bool = True) -> Workload:
    """So many carts that all share; customers also take things out again."""
    return carts.carts(
        carts=shared,
        clients=CLIENTS,
        rate_per_s=100,
        remove_fraction=0.25,
        tombstones=tombstones,
        look_fraction=0.3,
    )


MANY = register.reads_and_writes(keys=20, clients=CLIENTS, rate_per_s=100, write_fraction=0.7)
ONCE = register.write_once(clients=CLIENTS, rate_per_s=100)
OWN = register.own_keys(
    clients=80, rate_per_s=160, write_fraction=0.15, delete_fraction=0.5, knowing=True, max_clients=80
)
SKEW_S = {"g1": 5.0}
SIBLINGS = ["deleted-item-returns", "sibling-explosion"]

SCENARIO = Scenario(
    id="concurrent-writes",
    section="E",
    title="Several clients write the same keys at once",
    script=script,
    workload=shopping(),
    checkers=("lost-write",),  # where there are siblings, what becomes of them as well
    needs=frozenset({"links", "kill", "restart"}),
    settings={"family": "leaderless", "n": 3, "w": 2, "r": 2, "anti_entropy": True},
    variants=(
        problem("lww", finds=["lost-write"]),
        problem("lww-clock-skew", finds=["lost-write"], workload=MANY, clock="wall", clocks_off_s=SKEW_S),
        remedy("write-once-keys", workload=ONCE, clock="wall", clocks_off_s=SKEW_S),
        remedy(
            "version-numbers",
            also=SIBLINGS,
            shape=Shape(replicas=1),
            anti_entropy=False,  # with whom?
            versions="dotted-vectors",
            n=1,
            w=1,
            r=1,
        ),
        remedy("version-vectors", also=SIBLINGS, versions="dotted-vectors"),
        problem(
            "merge-without-tombstones",
            finds=["deleted-item-returns"],
            also=["deleted-item-returns"],
            workload=shopping(tombstones=False),
            versions="dotted-vectors",
        ),
        remedy("tombstones", also=SIBLINGS, versions="dotted-vectors"),
        problem(
            "tombstone-grace",
            finds=["deleted-item-returns"],
            also=["deleted-item-returns"],
            script=away_during_deletes,
            workload=OWN,
            anti_entropy=False,
            tombstones="by-age",
            tombstone_grace_ms=GRACE_MS,
        ),
        remedy(
            "tombstones-after-repair",
            also=["deleted-item-returns", "diverged-replicas"],
            script=away_during_deletes,
            workload=OWN,
            tombstones="after-repair",
            tombstone_grace_ms=GRACE_MS,
        ),
        problem(
            "plain-vectors",
            finds=["sibling-explosion"],
            also=["sibling-explosion"],
            script=briefly,
            workload=shopping(shared=1),
            versions="vectors",
        ),
        remedy(
            "dotted-vectors",
            also=SIBLINGS,
            script=briefly,
            workload=shopping(shared=1),
            versions="dotted-vectors",
        ),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
