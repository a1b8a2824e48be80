"""A wiki title is changed A→B at one leader and A→C at another, and each author is told that it is done.

With one leader the second author would have waited, or been told. With several, each leader takes its
clients' writes at once and hears of the others' later, so the conflict is noticed only when both authors
are gone. Here the link between the leaders is cut while both sides go on editing the same titles; then it
heals.

`lww` lets the larger time stamp win: all leaders agree, and every title that the other side wrote is gone.
`arrival-order` writes whatever arrives over what is there: each side ends with the other's title, and they
differ for ever. `replica-priority` lets the replica with the higher name win. `record` keeps both until an
author who has seen both writes one in their place; `merge` joins them, sorted; `on-write-handler` lets the
wiki's own rule decide as soon as a leader notices, and with `on-read-handler` the author who is shown both
keeps both. `crdt` changes likes, tags, comments and a card of a page by steps that can be joined.
`three-way-merge` keeps the history of a page and merges its lines, as Git does. `transaction-split` puts an
order into the row of its item and into that of its customer, in one transaction; conflicts are settled row by
row, so the one may be lost and the other kept. `sync-detection` waits until every leader has the write before
its author is told: no leader can do without the others.

To watch in the logs: `conflict-resolved`, with what was kept and what was lost, or `conflict-recorded`.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import orders, page_parts, pages, wiki


async def script(run: Run) -> None:
    """Edits on both sides of a cut between the leaders, and some more when it has healed."""
    await run.acknowledged(20)
    async with run.fault(Partition((("n1", "g1"), ("rest",)))):
        await run.acknowledged(15, by="n1")
        await run.acknowledged(15, by="n2")
    await run.acknowledged(5)


async def cut_off(run: Run) -> None:
    """The same cut, for as long as nobody could be asked to wait."""
    await run.acknowledged(20)
    async with run.fault(Partition((("n1", "g1"), ("rest",)))):
        await run.clients.run(CUT_S)
    await run.acknowledged(10)


async def looked_at(run: Run) -> None:
    """The cut as above; then the rows are read until whatever was split has been seen."""
    await script(run)
    await run.read(80)


CUT_S = 5.0
PARTS = page_parts.page_parts(pages=2, clients=8, rate_per_s=80)
PAGES = pages.pages(pages=6, clients=8, rate_per_s=40)
ORDERS = orders.orders(items=4, clients=8, rate_per_s=80)
CAREFUL = wiki.careful_titles(pages=8, clients=8, rate_per_s=60)
# Few edits of many pages: those in doubt leave versions behind, and each makes the leaders' work longer.
EDITS = wiki.edits(pages=40, clients=8, rate_per_s=20)

SCENARIO = Scenario(
    id="write-conflict",
    section="D",
    title="The same title is changed at two leaders at once",
    script=script,
    workload=wiki.titles(pages=8, clients=8, rate_per_s=60),
    checkers=("lost-write", "diverged-replicas", "unavailable"),
    bounds_ms={"unavailable": 3500},
    settings={"family": "multi-leader"},
    variants=(
        problem("lww", finds=["lost-write"], conflicts="lww"),
        problem("arrival-order", finds=["diverged-replicas"], conflicts="arrival-order"),
        problem("replica-priority", finds=["lost-write"], conflicts="replica-priority"),
        remedy("record", conflicts="record"),
        remedy("merge", conflicts="merge"),
        remedy("on-write-handler", conflicts="on-write-handler"),
        remedy("on-read-handler", workload=CAREFUL, conflicts="record"),
        remedy("crdt", workload=PARTS, also=["deleted-item-returns"], conflicts="crdt"),
        remedy("three-way-merge", workload=PAGES, conflicts="three-way-merge"),
        problem(
            "transaction-split",
            finds=["half-transaction-seen"],
            script=looked_at,
            workload=ORDERS,
            also=["half-transaction-seen"],
            conflicts="lww",
        ),
        problem("sync-detection", finds=["unavailable"], script=cut_off, workload=EDITS, detection="sync"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
