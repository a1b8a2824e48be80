"""Triggers write changes into a table, and a process outside carries them to another kind of database.

Nothing of this needs the replication that is built in: triggers see each row as it changes, so the
application chooses which tables go where, to an engine that knows nothing of this one, and by which rule
conflicts are settled there. Here only `items` is carried, into a store of documents (TinyDB) which have a
field of their own that the source may not touch. The price is that every change is written twice, and
once more by whoever carries it; `benchmarks/logs.py` measures it.

`subset` notes the values with each change and carries every one of them, also across a crash of the
carrier. `key-only` notes only which row changed, and the carrier looks it up later: two changes of one
row have become one, and the values between are gone. Nobody misses them in a copy; whoever counts,
bills or audits does.

To watch in the logs: `consumes` on the carrier after each start, with the row of the outbox from which it
goes on.

In the wild: Bucardo for PostgreSQL notes only keys and copies the current rows; Londiste and Slony keep
the values; Oracle GoldenGate reads the log instead; the outbox pattern of microservices is this again.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Companion, Shape
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import stock

CARRIER = "carrier"


async def script(run: Run) -> None:
    """Kill the carrier in the middle of its work; what it left undone waits for it."""
    await run.acknowledged(30)
    async with run.fault(Kill(CARRIER)):
        await run.acknowledged(30)
    await run.acknowledged(30)


SCENARIO = Scenario(
    id="trigger-replication",
    section="B",
    title="Triggers fill an outbox, and a process carries it to another kind of database",
    script=script,
    workload=stock.prices(clients=8, rate_per_s=50),
    checkers=("missed-change", "phantom-change", "repeated-change", "diverged-copy"),
    settings={"detection_timeout_ms": 5000},  # nobody is to be replaced here
    shape=Shape(companions=(Companion(CARRIER, "carrier"),)),
    needs=frozenset({"links", "kill", "restart"}),
    variants=(
        remedy("subset", feed="outbox"),
        problem("key-only", finds=["missed-change"], feed="outbox-keys"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
