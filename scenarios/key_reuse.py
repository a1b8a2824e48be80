"""A stale follower is promoted, hands out keys a second time, and a cache takes one user for another.

Replication is asynchronous, and the leader dies with users whom no follower has. The follower that is
promoted counts its keys from where *its* copy ends, so new users get the numbers of those who were lost.
The database is consistent in itself. But the cache beside it was never told of any failover: under
those numbers it still holds the pages of the lost users, and shows them to the new ones.

`autoincrement` is that story. Under `semi-sync` no user is told of a key that a follower lacks. `uuid`
draws keys from so large a space that none comes twice. `epoch-keys` keeps the counter, but lets each
leader count from a place of its own, so that an epoch never hands out another epoch's keys.

To watch in the logs: `promoted` with a position behind that of the dead leader; `tail-set-aside` when it
returns: the file holds the rows whose numbers were given away again. `cache-used` says which engine the
cache runs on, and its version.

In the wild: GitHub, September 2012: a stale MySQL replica was promoted, and 16 private repositories' rows
met others' keys in Redis. Vitess sequences and Snowflake ids put a shard or an epoch into the key.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Companion, Shape
from chaos.faults.cut import Cut
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import users


async def script(run: Run) -> None:
    """Cut the leader from its followers, let users sign up, kill it, and let others sign up."""
    await run.acknowledged(30)
    leader = await run.leader()
    one, other = run.followers(leader)
    async with run.fault(Cut(leader, one, one_way=True)), run.fault(Cut(leader, other, one_way=True)):
        await run.acknowledged_or_not(15, by=leader, within_s=0.8)
        async with run.fault(Kill(leader)):
            successor = await run.promoted(other_than=leader)
            await run.acknowledged(40, by=successor)
    await run.acknowledged(10)


SCENARIO = Scenario(
    id="key-reuse",
    section="A",
    title="A promoted stale follower hands out keys again, and a cache mixes users up",
    script=script,
    workload=users.sign_ups_and_visits(clients=8, rate_per_s=40),
    checkers=("cross-user-leak",),
    shape=Shape(companions=(Companion("cache", "cache"),)),
    needs=frozenset({"links", "kill", "restart"}),
    runs_with={
        "local": "the cache is a Valkey server, which the lab brings along",
        "compose": "the cache is a Redis server in a container of its own",
        "sim": "the cache is a dictionary with the same two commands, for a simulation has no sockets",
    },
    variants=(
        problem("autoincrement", finds=["cross-user-leak"], replication="async"),
        remedy("semi-sync", replication="semi-sync"),
        remedy(
            "uuid",
            replication="async",
            workload=users.sign_ups_and_visits(uuids=True, clients=8, rate_per_s=40),
        ),
        remedy("epoch-keys", replication="async", epoch_keys=True),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
