"""A fourth replica joins while clients keep writing.

A new follower needs everything that the leader has, but the leader does not stand still to be copied. Who
copies the database file as it moves gets its first pages from before and its last from after what was
written meanwhile: a state that never was. So the copy must be a snapshot of one moment, and that moment must
be a place in the log, for then the log from there on is exactly what the copy lacks. Nobody has to stop
writing for it.

The newcomer fetches its copy in chunks, and its link is cut in the middle of that while clients write on;
after healing it goes on where it was. Under `file-copy` the chunks are those of the database file itself, and
the newcomer ends up with rows missing which its position says it has: the tops of the trees are from before
the cut, and know nothing of the pages into which full ones were split meanwhile. Under `snapshot` they are
those of a backup that SQLite made of one moment, with its position and its checksum.

The first chunk is so large that the file's header and the roots of the tables that clients write to come in
one piece. If they came from different moments, the copy would name pages beyond its end, SQLite would call
it malformed, and the newcomer would begin again: no less wrong, but not so quiet.

To watch in the logs: `copy-made` on the leader with the position in the log, `copied` on the newcomer, chunk
by chunk, `copy-interrupted` and then further chunks from the same place, `copy-in-place`; then
`newcomer-caught-up` and `newcomer-counts` on the leader, `replica-joined` on the controller. The measures say
that no write waited.

In the wild: PostgreSQL's `pg_basebackup` (which also takes the log written meanwhile, for just this reason),
MySQL's clone plugin and XtraBackup, MongoDB's initial sync. `cp` and `rsync` of the files of a running
database are in many a post-mortem.
"""

from collections.abc import Sequence

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster import Event
from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import Shape
from chaos.faults.cut import Cut
from chaos.running.run import Run
from chaos.workloads import register

CHUNK_BYTES = 32 * 1024  # eight pages: the header, and the roots of registers, sets and log
CHUNKS_BEFORE_THE_CUT = 2  # the last of them comes again after the cut
COPY_KB_PER_S = 20  # the copy has three chunks or more, so there is time to cut the link


async def script(run: Run) -> None:
    """Fill the database, let the spare join, interrupt its copy while writes go on, heal."""
    await run.acknowledged(600)
    leader, (newcomer,) = await run.leader(), run.cluster.spares
    await run.cluster.enlist(newcomer)
    enough = CHUNKS_BEFORE_THE_CUT * CHUNK_BYTES

    async def has_copied_enough() -> bool:
        return bytes_copied(run.logged(name="copied", node=newcomer)) >= enough

    async def is_counted() -> bool:
        return newcomer in (await run.cluster.status(CONTROLLER))["followers"]

    await run.comes_true(f"{newcomer} has {enough} bytes of its copy", has_copied_enough)
    async with run.fault(Cut(newcomer, leader)):
        await run.acknowledged(300)
    await run.comes_true(f"{newcomer} follows and counts as a replica", is_counted)
    await run.acknowledged(40)


def bytes_copied(steps: Sequence[Event]) -> int:
    """How much of its copy the newcomer says it has."""
    return int(steps[-1].fields["received"]) if steps else 0


SCENARIO = Scenario(
    id="new-follower",
    section="A",
    title="A fourth replica joins while writes go on",
    script=script,
    workload=register.write_once(clients=16, rate_per_s=120, write_fraction=0.9),
    checkers=("diverged-replicas", "lost-write", "write-stall"),
    bounds_ms={"write-stall": 2000},
    settings={
        "chunk_bytes": CHUNK_BYTES,
        "copy_kb_per_s": COPY_KB_PER_S,
        "checkpoint_pages": 50,
        "detection_timeout_ms": 5000,
    },
    shape=Shape(spares=1),
    variants=(
        problem("file-copy", finds=["diverged-replicas"], copy_by="file-copy"),
        remedy("snapshot", copy_by="snapshot"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
