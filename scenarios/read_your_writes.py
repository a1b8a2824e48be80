"""A user posts a comment, reloads the page, and the comment is gone.

Two datacenters, and the leader is in one of them; the follower in the other gets the log with a delay.
Users change a profile and look at it right afterwards, from wherever they are sent. What they wrote is
safe, and they do not see it.

`any-replica` shows it. The remedies make sure that *the writer* finds the write; others may still wait:
`own-data-from-leader` reads a user's own profile from the leader, and everybody else's from anywhere;
`leader-for-a-while` reads everything from the leader until a second after the user's last write (in life a
minute), and later only from followers that can prove to be behind by less than that;
`position-token` lets the client remember where in the log its last write stands, and a replica that has not
come so far waits a little or refuses, so that another answers.
But a token is in one device only. Under `token-other-device` the user writes on the phone and looks on the
laptop, which knows of nothing. `token-shared` keeps the positions in one place for all devices: the leader
tells the gateway how far this user's writes came, which is less work than the read. `same-datacenter`
routes all of a user's devices to one gateway, which remembers the position itself and reads nearby.

To watch in the logs: hardly anything, and that is the point: nobody notices but the user. The measures say
how far each replica lagged; `./lab status` shows the same while it happens.

In the wild: replicas of PostgreSQL behind a load balancer; the same with `pg_current_wal_lsn` and
`pg_wal_replay_wait`; MySQL's `WAIT_FOR_EXECUTED_GTID_SET`; MongoDB's causally consistent sessions
(`afterClusterTime`); Amazon DynamoDB's and Azure Cosmos DB's session tokens.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.far_apart import FarApart
from chaos.running.run import Run
from chaos.workloads import sessions
from chaos.workloads.sessions import Users

HERE, THERE = ("n1", "n2", "g1"), ("n3", "g2")


async def script(run: Run) -> None:
    """Two datacenters drift apart; users write in both, and look."""
    await run.acknowledged(30)
    async for _ in run.rounds():
        async with run.fault(FarApart((HERE, THERE), latency_s=0.3)):
            await run.acknowledged(40)
            await run.read(120)
        await run.acknowledged(10)


ONE_DEVICE = sessions.profiles(Users(12), rate_per_s=80)
TWO_DEVICES = sessions.profiles(Users(8, devices=2), rate_per_s=80)
ROUTED = sessions.profiles(Users(8, devices=2, routed=True), rate_per_s=80)

SCENARIO = Scenario(
    id="read-your-writes",
    section="C",
    title="A user writes, looks again, and the write is gone",
    script=script,
    workload=ONE_DEVICE,
    checkers=("read-your-writes", "diverged-replicas"),
    settings={
        "replication": "quorum-ack",  # if ever a leader is replaced, nothing acknowledged is taken back
        "detection_timeout_ms": 5000,  # but nobody is to be replaced here
        "read_bound_ms": 1000,
        "datacenters": (HERE, THERE),
    },
    variants=(
        problem("any-replica", finds=["read-your-writes"], reads="any"),
        remedy("own-data-from-leader", workload=TWO_DEVICES, reads="own-data-from-leader"),
        remedy("leader-for-a-while", reads="leader-for-a-while"),
        remedy("position-token", reads="position-token"),
        problem(
            "token-other-device", finds=["read-your-writes"], workload=TWO_DEVICES, reads="position-token"
        ),
        remedy("token-shared", workload=TWO_DEVICES, reads="token-shared"),
        remedy("same-datacenter", workload=ROUTED, reads="same-datacenter"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
