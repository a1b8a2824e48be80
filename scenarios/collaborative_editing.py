"""Several people type into one text at once, each on a device of their own, and one of them is cut off.

A text is data like any other, and whoever edits it wants to see each keystroke at once. So every device has
a copy, and they are brought together afterwards. With a *lock* there is nothing to bring together: one
person types, and all others wait until she stops, or, when her line is cut, until the lock runs out. If the
last one to save wins, everybody types, and most type in vain: a text is written as a whole, over whatever
others typed meanwhile.

*Operational transformation* shares edits instead of texts. An edit says where something is inserted, and a
leader that puts all edits into one order changes later ones accordingly. A *replicated data type* (CRDT) says
next to what: each character has a name for ever, so edits come to the same text in any order, and no leader
is needed. Either way one may type while the line is cut, and finds everything in its place afterwards.

Judged are all texts that anybody saw: typed characters that are gone, texts that differ in the end, erased
characters that come back, and characters that change places (`garbled-text`).

To watch in the logs: `conflict-resolved key=minutes by=lww` on the leaders. `./lab status` shows who holds
the lock.

In the wild: locks in SharePoint and CVS's ancestor RCS; last write wins in any shared folder; operational
transformation in Etherpad and Google Docs; data types in Automerge, Yjs, Figma and Zed.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Companion, Shape
from chaos.faults.isolate import Isolate
from chaos.running.run import Run
from chaos.workloads import editors

PEOPLE = editors.PEOPLE[:3]


async def script(run: Run) -> None:
    """Whoever holds a lock, else the first of them, loses the line and goes on typing, as far as she can."""
    await run.acknowledged(20)
    away = await _holder(run) or PEOPLE[0]
    async with run.fault(Isolate(away)):
        await run.acknowledged(20, other_than=away)
    await run.acknowledged(10)


async def _holder(run: Run) -> str | None:
    """Who may type, where one at a time may."""
    for node in run.cluster.replicas:
        for holder in (await run.cluster.status(node)).get("locks", {}).values():
            return str(holder)
    return None


SCENARIO = Scenario(
    id="collaborative-editing",
    section="D",
    title="Several people type into one document at once",
    script=script,
    workload=editors.typing(people=len(PEOPLE), readers=1, rate_per_s=32),
    checkers=("write-stall", "lost-write", "diverged-replicas", "deleted-item-returns", "garbled-text"),
    bounds_ms={"write-stall": 1500},
    shape=Shape(replicas=3, gateways=1, companions=tuple(Companion(name, "device") for name in PEOPLE)),
    settings={"family": "multi-leader"},
    variants=(
        problem("lock", finds=["write-stall"], documents="lock", lock_ms=4000),
        problem("last-write-wins", finds=["lost-write"], documents="last-write-wins", conflicts="lww"),
        remedy("operational-transformation", documents="operational-transformation"),
        remedy("crdt", documents="crdt"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
