"""Every record has a home: all its changes go to one leader, so there is nothing to conflict. Until it moves.

The simplest way to deal with conflicts is to have none. Here each user edits a page of their own, reading
it first, now at one gateway and now at another, and every gateway sends the page to the same leader. To its
user the cluster is then one with a single leader; other users' pages have others.

But a home can be cut off. `home-leader` lets its users wait until it is back. `home-moved` sends them to
another leader, which has not heard of their last edits: they see an older title, change that, and when the
line is back there are two, neither of whose authors knew the other: a user in conflict with himself.

In the wild: users pinned to a region, as by their account's home; Cassandra and DynamoDB leave it to the
application.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import wiki


async def script(run: Run) -> None:
    """A leader is cut off together with a gateway, and users come to either side."""
    await run.acknowledged(30)
    async with run.fault(Partition((("n1", "g1"), ("rest",)))):
        await run.acknowledged(25, by="n1")
        await run.acknowledged(25, other_than="n1")
    await run.acknowledged(10)


SCENARIO = Scenario(
    id="conflict-avoidance",
    section="D",
    title="Every record has a home leader, and the home is cut off",
    script=script,
    workload=wiki.own_titles(clients=24, rate_per_s=60),
    checkers=("conflict", "lost-write", "diverged-replicas"),
    settings={"family": "multi-leader", "home": "record"},
    variants=(
        remedy("home-leader", moves=False),
        problem("home-moved", finds=["conflict"]),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
