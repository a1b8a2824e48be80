"""The load by hand: clients at a steady rate, in the page's own process, and checkers that run along.

It is judged in a thread, less often the longer that takes, because the clients' requests must not wait for
it. What was found stays, with its first proof, until a new load begins.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

import msgspec

from chaos.by_hand.looking import look
from chaos.by_hand.striking import heal
from chaos.cluster import Cluster, ClusterError
from chaos.judging.suitable import IN_THE_END, knows_versions, suitable
from chaos.page.chapter import Chapter, Rates
from chaos.page.judging import Alarm, Check, Tally, judged
from chaos.page.seen import seen_in
from chaos.page.watcher import Find, Tell
from chaos.running.judgement import not_settled
from chaos.running.narrator import Tone
from chaos.running.settle import final_reads, settle
from chaos.runtimes import playground
from chaos.runtimes.http_client import HttpClient
from services.adapters.clock import SystemClock

PATIENCE_S = 3.0  # of a client
JUDGE_S = 1.0  # at most so often
REST = 4  # judging may take a fifth of the time
IT_ALONE: Find = partial(playground.cluster_that_is_up, alone=True)


class LoadShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows of it. `number` tells one load from the next."""

    number: int
    state: str  # running, ending or stopped
    words: str
    writes_per_s: float = 0
    reads_per_s: float = 0
    keys: str = ""
    checks: tuple[Check, ...] = ()
    alarms: tuple[Alarm, ...] = ()


class Load:
    """The one load of this page's process. `tell` gets what there is to see, under the name `load`."""

    def __init__(self, tell: Tell, find: Find = IT_ALONE) -> None:
        self._tell, self._find = tell, find
        self._clock = SystemClock()
        self._rates, self.last_rates = Rates(), Rates()
        self._number = 0
        self._chapter: Chapter | None = None
        self._make: Callable[[], Chapter] | None = None
        self._names: tuple[str, ...] = ()
        self._tally = Tally()
        self._running: asyncio.Task[None] | None = None
        self._in_turn = asyncio.Lock()

    @property
    def found(self) -> tuple[str, ...]:
        """The anomalies that were found under this load."""
        return tuple(alarm.name for alarm in self._tally.alarms)

    @property
    def is_running(self) -> bool:
        """Are requests sent at the moment?"""
        return bool(self._running and not self._running.done())

    async def set(self, rates: Rates) -> str:
        """Send this many writes and reads per second from now on (0 and 0: none); returns what was done.

        Raises `ClusterError` if no cluster is up, or a run has it.
        """
        async with self._in_turn:
            if not rates.per_s:
                await self._stop()
                return "the load is stopped"
            self._rates = self.last_rates = rates
            if self._chapter is not None and self.is_running:
                self._chapter.go_on(rates)
            else:
                await self._begin()
            return f"{rates.writes_per_s:g} writes and {rates.reads_per_s:g} reads a second"

    async def conclude(self) -> str:
        """Stop, heal everything, read every replica, and judge that, too; returns how it went.

        Raises `ClusterError` if there is no load, or the cluster is gone.
        """
        async with self._in_turn:
            chapter = self._chapter
            if chapter is None:
                raise ClusterError("no load has run here yet; start one first")
            await self._stop()
            try:
                async with self._find() as cluster:
                    problems = await self._settle(cluster, chapter)
                await self._judge(chapter, (*self._names, *IN_THE_END), problems)
                self._chapter = None  # it has its end
            finally:
                await self._show("stopped", _said(chapter))
            lost = ", ".join(alarm.title for alarm in self._tally.alarms)
            return f"every replica was read: {lost or 'no anomaly'}"

    async def close(self) -> None:
        """End it, whatever it is at."""
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _begin(self) -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run(ready))
        await ready

    async def _stop(self) -> None:
        """No new requests; when those under way have ended, all is judged once more."""
        self._rates = Rates()
        if not self.is_running or self._chapter is None:
            return
        await self._show("ending", "waiting for the last answers")
        chapter = self._chapter
        await chapter.stop()
        await self.close()
        await self._judge(chapter, self._names)
        await self._show("stopped", _said(chapter))

    async def _run(self, ready: asyncio.Future[None]) -> None:
        """Until it is cancelled, or the cluster is gone."""
        try:
            async with AsyncExitStack() as stack:
                cluster = await stack.enter_async_context(self._find())
                await self._prepare(cluster, stack)
                ready.set_result(None)
                await self._work(cluster.name)
        except Exception as error:
            if not ready.done():
                ready.set_exception(error)
            self._chapter = None
            await self._show("stopped", f"the load has ended: {error}")

    async def _prepare(self, cluster: Cluster, stack: AsyncExitStack) -> None:
        """Find out which cluster it is, and begin the first chapter."""
        seen = seen_in(cluster, await look(cluster), {})
        client = HttpClient(cluster.doors, PATIENCE_S)
        stack.push_async_callback(client.close)
        self._names = suitable(seen.family)
        knowing = knows_versions(seen.family, seen.settings.get("versions"))
        self._make = partial(Chapter, client, list(cluster.gateways), knowing, self._clock)
        self._number += 1
        self._tally = Tally()
        self._turn_the_page()
        stack.push_async_callback(self._abandon)

    def _turn_the_page(self) -> Chapter:
        """The next chapter; what is under way in the last one ends by itself."""
        assert self._make
        if self._chapter is not None:
            self._chapter.pause()
            self._tally.turn_the_page()
        self._chapter = self._make()
        self._chapter.go_on(self._rates)
        return self._chapter

    async def _abandon(self) -> None:
        if self._chapter:
            await self._chapter.abandon()

    async def _work(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        while True:
            chapter = self._chapter
            assert chapter
            began_s = loop.time()
            await self._judge(chapter, self._names)
            took_s = loop.time() - began_s
            if chapter.is_full:
                self._turn_the_page()
            await self._show("running", _said(chapter))
            await asyncio.sleep(max(JUDGE_S, REST * took_s))
            async with self._find() as cluster:  # which raises where a run has it now, or nothing is up
                if cluster.name != name:
                    raise ClusterError(f"{name} is gone; {cluster.name} is up now")

    async def _settle(self, cluster: Cluster, chapter: Chapter) -> list[str]:
        """Heal, wait, and read every replica; returns why the cluster did not settle, if it did not."""

        def heard(text: str, tone: Tone) -> None:
            """The log has it."""

        await self._show("ending", "healing everything, and waiting until the replicas agree")
        problems = []
        try:
            await heal(cluster)
            await settle(cluster, chapter.recorder, heard)
        except ClusterError as error:
            problems.append(not_settled(error))
        await final_reads(cluster, chapter.recorder)
        return problems

    async def _judge(
        self, chapter: Chapter, names: tuple[str, ...], problems: list[str] | None = None
    ) -> None:
        judgement = await asyncio.to_thread(judged, chapter.history(), names, problems or ())
        self._tally.take(judgement)

    async def _show(self, state: str, words: str) -> None:
        shown = LoadShown(
            number=self._number,
            state=state,
            words=words,
            writes_per_s=self._rates.writes_per_s,
            reads_per_s=self._rates.reads_per_s,
            keys=self._chapter.keys if self._chapter else "",
            checks=self._tally.checks,
            alarms=self._tally.alarms,
        )
        await self._tell("load", msgspec.to_builtins(shown))


def _said(chapter: Chapter) -> str:
    """For people: what came of the requests."""
    count = chapter.outcomes()
    words = (
        f"{count['acknowledged']} writes acknowledged, {count['answered']} reads answered, "
        f"{count['refused']} refused, {count['in doubt']} in doubt"
    )
    shed = f", {count['not sent']} not sent because too many wait" if count["not sent"] else ""
    return f"{words}{shed}; {chapter.operations} operations judged"
