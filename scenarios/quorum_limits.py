"""Although w + r > n: the ways in which a quorum still fails, one by one.

The homes that answer a read overlap with those that took a write that was acknowledged. That says nothing
about writes that are under way, that have failed, or that were made at the same time, and it takes for
granted that a home keeps what it has confirmed and that all writers' clocks agree.

`concurrent-writes`: two clients replace what they have seen at the same time. The newer stamp wins, and the
other write, acknowledged as well, is gone. `write-during-read`: a write is on one home already. A read that
meets it sees the new value, the next read meets the others and sees the old one. `partial-write`: one home
takes a write, the others cannot be reached. The client is told of an error; nobody takes the value back, and
a later read shows it. `sloppy`: nodes that are no homes stand in for homes that a gateway cannot reach, so
the homes that others read from know nothing. `restored-node`: one home gets its disk from a backup, and
forgets what was counted on. `no-sessions`: what a user sees goes back and forth, and where one gateway's
clock is ahead, users of the other never see what they wrote themselves: a quorum gives none of the
guarantees that replication lag calls for.

The remedies: `read-repair-before-answer` lets enough homes have the newest value before the read returns it.
`atomic` besides asks for the newest version before each write, so that no clock decides (Attiya, Bar-Noy,
Dolev 1995). It is linearizable, and every request takes two rounds. Nobody takes back failed writes there,
either.

To watch in the logs: `too-few-answers got=1 needed=2 of=3`, `read-repaired`.

In the wild: Cassandra repairs before the answer (`read_repair: BLOCKING`); its QUORUM reads and writes are
not linearizable, and clocks decide. Riak and Dynamo keep concurrent writes as siblings instead.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.cut import Cut
from chaos.faults.old_disk import OldDisk
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import register, sessions
from chaos.workloads.sessions import Users

TAG = "{cart}"  # all keys have the same homes
FAR_S = 0.3
NO_DISKS = "no disk there can be put back to what it was"


async def script(run: Run) -> None:
    """Most homes are far away from one gateway, so that its writes are under way for long."""
    await run.acknowledged(20)
    gateway, *_ = run.cluster.gateways
    _, *far = run.cluster.replicas
    one, other = (Slow(gateway, home, FAR_S, one_way=True) for home in far)
    async with run.fault(one), run.fault(other):
        await run.acknowledged(40)
        await run.read(300)
    await run.acknowledged(10)


async def one_home_in_reach(run: Run) -> None:
    """One gateway reaches a single home."""
    await run.acknowledged(20)
    gateway, *_ = run.cluster.gateways
    _, one, other = run.cluster.replicas
    async with run.fault(Cut(gateway, one)), run.fault(Cut(gateway, other)):
        await run.acknowledged(40)
        await run.read(100)
    await run.acknowledged(10)


async def no_home_in_reach(run: Run) -> None:
    """One gateway reaches none of the homes, and others take their places."""
    await run.acknowledged(20)
    gateway, *_ = run.cluster.gateways
    homes = [await run.cluster.resolve(f"home-{number}-of:{TAG}") for number in (1, 2, 3)]
    one, two, three = (Cut(gateway, home) for home in homes)
    async with run.fault(one), run.fault(two), run.fault(three):
        await run.acknowledged(60)
        await run.read(100)
    await run.acknowledged(10)


async def from_a_backup(run: Run) -> None:
    """Two homes take the writes, and one of them forgets; then it is asked together with the third."""
    await run.acknowledged(20)
    forgets, remembers, absent = run.cluster.replicas
    async with run.fault(OldDisk(forgets)), run.fault(Cut("gateways", absent)):
        await run.acknowledged(30)
    async with run.fault(Cut("gateways", remembers)):
        await run.read(60)
    await run.acknowledged(10)


BY_MANY = register.reads_and_writes(keys=3, clients=12, rate_per_s=80, write_fraction=0.3)
KNOWING = register.reads_and_writes(keys=3, clients=12, rate_per_s=80, write_fraction=0.3, knowing=True)
CART = register.reads_and_writes(keys=6, prefix=TAG, clients=12, rate_per_s=80, write_fraction=0.3)
COLD = register.reads_and_writes(keys=20, clients=12, rate_per_s=80, write_fraction=0.3)
USERS = sessions.news(Users(12), keys=2, rate_per_s=120, write_fraction=0.25)

SCENARIO = Scenario(
    id="quorum-limits",
    section="E",
    title="What a quorum does not promise, although w + r > n",
    script=script,
    workload=USERS,
    checkers=("stale-read", "lost-write", "new-then-old", "non-monotonic-read", "read-your-writes"),
    needs=frozenset({"links", "kill", "restart"}),
    settings={"family": "leaderless", "n": 3, "w": 2, "r": 2, "call_timeout_ms": 1000, "read_repair": "none"},
    variants=(
        problem("concurrent-writes", finds=["lost-write"], workload=KNOWING),
        problem("write-during-read", finds=["new-then-old"], workload=BY_MANY),
        problem(
            "partial-write",
            finds=["failed-write-seen"],
            also=["failed-write-seen"],
            script=one_home_in_reach,
            workload=COLD,
        ),
        problem(
            "sloppy",
            finds=["stale-read"],
            script=no_home_in_reach,
            workload=CART,
            shape=Shape(replicas=5),
            sloppy=True,
        ),
        problem(
            "restored-node",
            finds=["stale-read"],
            script=from_a_backup,
            workload=COLD,
            not_on=dict.fromkeys(("local", "compose"), NO_DISKS),
        ),
        problem(
            "no-sessions",
            finds=["non-monotonic-read", "read-your-writes"],
            clock="wall",
            clocks_off_s={"g1": 1.0},
        ),
        remedy("read-repair-before-answer", read_repair="before"),
        remedy(
            "atomic",
            also=["linearizable"],
            read_repair="before",
            writes="read-first",
            clock="wall",
            clocks_off_s={"g1": 1.0},
        ),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
