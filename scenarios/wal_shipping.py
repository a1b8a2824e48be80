"""The log is the storage engine's own: which pages of its file a transaction has changed, and to what.

The leader's SQLite executes a transaction and appends the pages that it wrote to its log, as it always does.
These frames are read from there, with SQLite's checksums, and go to the followers, which put the pages into
the same places. Nothing is executed twice, nothing is interpreted, so a follower's database is the leader's,
byte for byte, whatever happened to be called, drawn or sorted. That is fast and simple, and it ties every
copy to one storage format.

`same-format`: a follower crashes in the middle and goes on; then all nodes are upgraded one by one to a minor
version, which leaves the format alone. The final reads hold the SHA-256 of all pages of each replica's file.
`format-upgrade`: the next version has larger pages and another encoding. The first follower comes back with
it, gets pages of another size, and refuses them, for it could make nothing of them but rubbish. Whoever went
on would be without followers. So everything must be stopped together: no write until all have started.
`logical-upgrade`: the same upgrade where rows are shipped. A row is a row in every format, so the followers
are upgraded one by one, the lead is handed over, then the old leader is upgraded, and no request fails.

To watch in the logs: `refused-log` with both formats and the remedy; `upgraded`; in `format-upgrade`, once
all have the new format, `takes-a-copy` on the followers that were behind, for pages in the old one are of no
use to anybody; in `logical-upgrade`, `hands-over`.

In the wild: PostgreSQL's streaming replication ships its WAL and works between minor versions only; for a
major one `pg_upgrade` wants every server stopped and the standbys copied again, and who cannot have that
upgrades by logical replication. Litestream and LiteFS ship SQLite's log.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.kill import Kill
from chaos.faults.upgrade import Upgrade
from chaos.running.run import Run
from chaos.workloads import transactions

INSTALLING_S = 4.0  # how long a node stands still for a new version; people would be glad of so little
BOUND_MS = 3000  # without any write: longer than a hand-over takes, shorter than an installation


async def crash_and_minor_upgrade(run: Run) -> None:
    """A follower is killed and returns; then every node is upgraded without another format."""
    await run.acknowledged(30)
    leader = await run.leader()
    async with run.fault(Kill(run.followers(leader)[0])):
        await run.acknowledged(20)
    await roll(run, new_format=False)


async def rolling_upgrade(run: Run) -> None:
    """Every node is upgraded to the other format, one by one."""
    await run.acknowledged(30)
    await roll(run, new_format=True)


async def attempt_then_all_together(run: Run) -> None:
    """One follower is upgraded and refuses the log; so all are stopped, upgraded and started together."""
    await run.acknowledged(30)
    first = run.followers(await run.leader())[0]
    await upgrade(run, first, new_format=True)

    async def refuses() -> bool:
        return bool(run.logged(name="refused-log", node=first))

    await run.comes_true(f"{first} refuses the log, for it stores in another format", refuses)
    await run.acknowledged(20)
    await upgrade(run, "replicas", new_format=True)
    await run.acknowledged(30)


async def roll(run: Run, new_format: bool) -> None:
    """Upgrade the followers, each when the others have the whole log; hand over; upgrade the old leader."""
    leader = await run.leader()
    for follower in run.followers(leader):
        await caught_up(run)
        await upgrade(run, follower, new_format)
        await run.acknowledged(10)
    await caught_up(run)
    successor = await run.hand_over()
    await run.acknowledged(10, by=successor)
    await upgrade(run, leader, new_format)
    await run.acknowledged(20, by=successor)


async def upgrade(run: Run, nodes: str, new_format: bool) -> None:
    """Stop these nodes, install, and start them again; it takes as long for one as for all at once."""
    async with run.fault(Upgrade(nodes, new_format)):
        await run.traffic(INSTALLING_S)


async def caught_up(run: Run) -> None:
    """Wait until every replica has the log as far as the leader had it when this began."""
    end = (await run.cluster.status(await run.leader()))["position"]

    async def all_have_it() -> bool:
        return all([(await run.cluster.status(node))["position"] >= end for node in run.cluster.replicas])

    await run.comes_true("every replica has caught up", all_have_it)


SCENARIO = Scenario(
    id="wal-shipping",
    section="B",
    title="The storage engine's own log, page by page: equal to the byte, and tied to one format",
    script=attempt_then_all_together,
    workload=transactions.pairs(lists=10, clients=12, rate_per_s=30, write_fraction=0.6),
    checkers=("needs-downtime", "diverged-replicas", "half-transaction-seen"),
    bounds_ms={"needs-downtime": BOUND_MS},
    settings={  # patient, for nodes that start keep a machine busy
        "replication": "semi-sync",
        "detection_timeout_ms": 2500,
        "call_timeout_ms": 800,
        "acknowledge_timeout_ms": 2000,
    },
    needs=frozenset({"kill", "restart"}),
    variants=(
        remedy("same-format", script=crash_and_minor_upgrade, replication_log="wal"),
        problem("format-upgrade", finds=["needs-downtime"], replication_log="wal"),
        remedy("logical-upgrade", script=rolling_upgrade, also=["failed-request"], replication_log="row"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
