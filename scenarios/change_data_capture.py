"""A search index beside the database is kept up to date from the log, and survives its own crashes.

The index is a process of its own, with a disk of its own. It is killed again and again while prices
change. What matters is what it does when it comes back: it knows the position in the log up to which its
index is right, because it keeps both in one transaction, and asks the leader for the rest. A batch that
was on its way when it died is delivered a second time, and applied once.

`poll` does without a log: it reads the table now and then, and compares. Whatever changed twice between
two looks it has seen once, and a row that came and went it has never seen. `cdc` follows the logical log,
up to what is acknowledged; what a failover may take back even then is a story of its own, `undone-changes`.

To watch in the logs: `consumes` on the indexer after each start, with the place from which it goes on.

In the wild: LinkedIn's Databus, Debezium on PostgreSQL's logical decoding and MySQL's binlog, Maxwell;
Facebook's Wormhole. Polling is what one writes first.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Companion, Shape
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import stock

INDEX = "index"


async def script(run: Run) -> None:
    """Kill the index in the middle of its work, twice."""
    await run.acknowledged(30)
    for _ in range(2):
        async with run.fault(Kill(INDEX)):
            await run.acknowledged(20)
        await run.acknowledged(20)


SCENARIO = Scenario(
    id="change-data-capture",
    section="B",
    title="A search index follows the log, and resumes from its position after a crash",
    script=script,
    workload=stock.prices(clients=8, rate_per_s=50),
    checkers=("missed-change", "phantom-change", "repeated-change", "diverged-copy"),
    settings={"detection_timeout_ms": 5000},  # nobody is to be replaced here
    shape=Shape(companions=(Companion(INDEX, "indexer"),)),
    needs=frozenset({"links", "kill", "restart"}),
    variants=(
        problem("poll", finds=["missed-change"], feed="poll"),
        remedy("cdc", feed="log"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
