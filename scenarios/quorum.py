"""Quorums: a write needs w of a key's n homes, a read r. Do the two sets overlap?

Nobody leads. A coordinator (here each gateway) sends every request to all homes of the key and answers when
enough of them have; the newest of the values that came back is returned. If w + r > n, at least one of the
homes that answer a read has every write that was acknowledged before.

Each gateway is cut off from another home, so each has a different set of homes in reach. With `too-few`
(w = r = 1) both go on writing and reading as if nothing were wrong, and a read at one gateway misses what the
other has acknowledged. With `overlap` (w = r = 2 of 3, or 3 of 5) both still have their quorum and see each
other's writes, through the homes that both can reach. Then so many of those die that neither has a quorum,
and it says so: an error that tells how many of how many answered, never a silent success.

A coordinator need not be a gateway. In `own-coordinator` both gateways are cut off from all homes, and a
client asks the homes itself, over links of its own. One of these is cut, too, and the client still has its
quorum and sees all that was acknowledged before. When a second one is cut it has none, and is told so. Nobody
sets the clocks of clients, so each write asks for the newest version first and is stamped later than that.

To watch in the logs: `too-few-answers got=1 needed=2 of=3` on the gateways. The measures have the share of
stale reads, and how old they were; nothing repairs a home that missed a write here.

In the wild: the consistency levels of Cassandra and ScyllaDB (ONE is `too-few`, QUORUM is `overlap`), n, r
and w of Riak's buckets and of Voldemort's stores; Dynamo's usual setting was 3, 2, 2.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Companion, Shape
from chaos.faults.cut import Cut
from chaos.faults.isolate import Isolate
from chaos.faults.kill import Kill
from chaos.running.run import WITHIN_S, Run
from chaos.workloads import register
from chaos.workloads.counters import Counters

CLIENT = "shop"


async def script(run: Run) -> None:
    """Give each gateway other homes to reach; then kill one that both reach."""
    await run.acknowledged(30)
    one, other = run.cluster.gateways
    first, *between, last = run.cluster.replicas
    async with run.fault(Cut(one, last)), run.fault(Cut(other, first)):
        await run.acknowledged(30)
        await run.read(60)
        async with AsyncExitStack() as dead:
            for home in between[: len(between) // 2 + 1]:
                await dead.enter_async_context(run.fault(Kill(home)))
            await _answered_or_not(run, 40)
    await run.acknowledged(20)


async def by_the_client(run: Run) -> None:
    """No gateway reaches a home; the client loses one of its own links, and then another."""
    await run.acknowledged(30)
    first, second, _ = run.cluster.replicas
    gateways = run.cluster.gateways
    async with AsyncExitStack() as cut_off:
        for node in gateways:
            await cut_off.enter_async_context(run.fault(Isolate(node)))
        async with run.fault(Cut(CLIENT, first)):
            await _more(run, "writes acknowledged to the client", 20, lambda now: now.acknowledged(CLIENT))
            await _more(run, "reads answered to the client", 20, lambda now: now.reads(CLIENT))
            async with run.fault(Cut(CLIENT, second)):
                await _more(run, "reads refused to the client", 5, lambda now: now.failed(CLIENT))
    await run.acknowledged(20)


async def _answered_or_not(run: Run, count: int) -> None:
    """Let so many more requests come to an end, be it an error."""
    await _more(run, "requests answered or refused", count, _ended)


async def _more(run: Run, what: str, count: int, so_far: Callable[[Counters], int]) -> None:
    goal = so_far(run.clients.counters) + count
    await run.until(f"{count} more {what}", lambda now: so_far(now) >= goal, WITHIN_S)


def _ended(counters: Counters) -> int:
    return sum((counters.acknowledged(), counters.reads(), counters.failed(), counters.indefinite()))


SCENARIO = Scenario(
    id="quorum",
    section="E",
    title="Do the homes that answer a read overlap with those that took the write?",
    script=script,
    workload=register.reads_and_writes(keys=5, clients=12, rate_per_s=80, write_fraction=0.4),
    checkers=("stale-read",),
    needs=frozenset({"links", "kill", "restart"}),
    settings={"family": "leaderless", "n": 3, "read_repair": "none"},
    variants=(
        problem("too-few", finds=["stale-read"], w=1, r=1),
        remedy("overlap", w=2, r=2),
        remedy("overlap-of-five", shape=Shape(replicas=5), n=5, w=3, r=3),
        remedy(
            "own-coordinator",
            script=by_the_client,
            shape=Shape(companions=(Companion(CLIENT, "device"),)),
            writes="read-first",
            w=2,
            r=2,
        ),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
