"""A telephone without network: its user keeps editing, and so do the others; then it is back.

A device has its own store on its own disk. Its user's edits are done as soon as they are there, whoever can
be reached: it is a leader that is usually cut off, and a sync is what leaders do with each other anyway.

The phone is cut off while titles are edited on it, on a laptop that is not, and at both leaders, and each
author goes by what the screen in front of him shows. Its line is a slow one, so when that is back the phone
is killed in the middle of its sync: with a part of its edits at its home, and the rest on its disk alone.

`overwrite-on-sync`: what the phone brings replaces what it finds; the last sync wins. Nobody asks whether its
user had seen that. Titles are gone that other people were told are saved, and no log of theirs says so.

`sync`: both sides send what the other lacks, and each edit says which titles its author knew. An edit of
something older than what is there by now is a conflict, and both titles stay until somebody who sees both
writes a third. The kill costs nothing: after it, the answer to the first message says where to go on.

To watch: the report tells of each conflict as it is found. In the logs the phone's home says `peer-is-back`,
then `conflict-recorded` while the phone catches up (or `conflict-resolved … by=overwrite-on-sync lost=…`),
and `peer-has-everything` at the end.

In the wild: CouchDB and PouchDB; calendars and notes on telephones; games whose cloud save is the last that
was uploaded.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Companion, Shape
from chaos.faults.isolate import Isolate
from chaos.faults.kill import Kill
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import wiki

PHONE, LAPTOP = "phone", "laptop"
HOME = "n1"  # the first leader is that of the first device


async def script(run: Run) -> None:
    """Both sides edit while the phone is away; on its way back it dies once."""
    await run.acknowledged(20)
    async with run.fault(Slow(PHONE, latency_s=0.15)):
        async with run.fault(Isolate(PHONE)):
            before = await phones_edits(run, at=HOME)
            await run.acknowledged(20, by=PHONE)
            await run.acknowledged(10, by=HOME)

        async def is_half_way() -> bool:
            written = await phones_edits(run, at=PHONE)
            return before < await phones_edits(run, at=HOME) < written

        await run.comes_true("a part of the phone's edits is at its home", is_half_way)
        async with run.fault(Kill(PHONE)):
            await run.acknowledged(5, by=HOME)
        await run.acknowledged(5, by=PHONE)
    await run.acknowledged(10)


async def phones_edits(run: Run, *, at: str) -> int:
    """How many edits of the phone's user that node has."""
    edits: int = (await run.cluster.status(at))["origins"].get(PHONE, 0)
    return edits


SCENARIO = Scenario(
    id="offline-client",
    section="D",
    title="A device edits while it is cut off, and is killed as it syncs",
    script=script,
    workload=wiki.titles(pages=8, clients=8, rate_per_s=60),
    checkers=("lost-write", "diverged-replicas"),
    shape=Shape(2, 2, companions=(Companion(PHONE, "device"), Companion(LAPTOP, "device"))),
    needs=frozenset({"links", "kill", "restart"}),
    settings={
        "family": "multi-leader",
        "conflicts": "record",
        "batch_entries": 4,
        "detection_timeout_ms": 2000,  # nobody is replaced here, so a busy machine may stand still
    },
    variants=(
        problem("overwrite-on-sync", finds=["lost-write"], on_return="overwrite"),
        remedy("sync"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
