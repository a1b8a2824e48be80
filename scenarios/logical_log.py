"""The log holds rows: what was inserted, changed or deleted, whatever statement did it.

An insert carries the new values, a delete the key (or all old values where the table has no key), an
update the key and the values that changed. Since one transaction can change many rows, it is several
records, and they reach the follower one by one. Only a last record, the commit, tells it that it has
them all. Here each record is a message of its own, the link to one follower is slow, and clients read two
rows at once that one transaction writes.

`no-commit-record` puts every row into the follower's tables as it comes: readers there see the one
without the other, a state that never was. `logical` keeps rows aside until their commit record. In
`two-engines` the same log feeds a follower that stores everything in another format: pages of another
size and text in UTF-16, so not a byte of its file is like the leader's. That is what a logical log buys.

To watch in the logs: `stores-differently` on the follower of `two-engines`, and the lag of the slow
follower in `./lab status`.

In the wild: PostgreSQL's logical decoding sends BEGIN and COMMIT around a transaction's rows, and with
REPLICA IDENTITY FULL all old values; MySQL's row format ends a transaction with an XID event; both
replicate between versions whose files have nothing in common.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import transactions


async def script(run: Run) -> None:
    """Slow one follower, so that the rows of a transaction arrive one after another."""
    await run.acknowledged(30)
    leader = await run.leader()
    follower = run.followers(leader)[-1]
    async with run.fault(Slow(leader, follower, latency_s=0.04, one_way=True)):
        await run.acknowledged(100)
    await run.acknowledged(10)


SCENARIO = Scenario(
    id="logical-log",
    section="B",
    title="Rows in the log, and the record that says when a transaction is complete",
    script=script,
    workload=transactions.pairs(lists=2, clients=12, rate_per_s=60),
    checkers=("half-transaction-seen", "diverged-replicas"),
    settings={"detection_timeout_ms": 5000, "batch_entries": 1},  # nobody is to be replaced here
    variants=(
        problem("no-commit-record", finds=["half-transaction-seen"], replication_log="row-without-commit"),
        remedy("logical", replication_log="row"),
        remedy("two-engines", replication_log="row", new_format=("n3",)),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
