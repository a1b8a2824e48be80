"""Asks several homes at once, and waits until enough of them have answered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from services.errors import LabError
from services.leaderless.tally import Tally
from services.messages import Message
from services.messages.leaderless import Fetched, Stored
from services.messages.versions import Versions
from services.ports import Env
from services.replies import of_type

Send: TypeAlias = Callable[[str, Message, float], Awaitable[Message]]  # to whom, what, seconds at most
Then: TypeAlias = Callable[[Tally], None]
TASK = "ask-home"


class Round:
    """The answers to one question: `told` is set once the caller can be told; `then` runs after the last."""

    def __init__(self, tally: Tally, then: Then | None) -> None:
        self.tally, self.then = tally, then
        self.told = asyncio.Event()
        if tally.told:
            self.told.set()

    def take(self, tally: Tally) -> None:
        """Take `tally` as the current count."""
        self.tally = tally
        if tally.told:
            self.told.set()


class Asking:
    """Sends to several homes in parallel. A caller may be told before the last answers come in."""

    def __init__(self, env: Env, send: Send) -> None:
        self._env, self._send = env, send
        self._open: dict[Round, None] = {}  # a dict, because sets forget their order
        self._over = False

    @property
    def under_way(self) -> int:
        """Messages without an answer so far."""
        return sum(round_.tally.missing for round_ in self._open)

    def begin(
        self,
        message: Message,
        homes: tuple[str, ...],
        needed: int,
        timeout_s: float,
        then: Then | None = None,
        already: tuple[str, ...] = (),
        send: Send | None = None,
    ) -> Round:
        """Send `message` to each of `homes` without waiting. Homes that have done it `already` count, too.

        `send` replaces the usual way to the homes for this round. After `stop` no home is asked any more.
        """
        answers: dict[str, Versions] = dict.fromkeys(already, ())
        if self._over:
            return Round(Tally((*already, *homes), needed, answers, dict.fromkeys(homes, True)), None)
        round_ = Round(Tally((*already, *homes), needed, answers), then)
        if homes:
            self._open[round_] = None
        for home in homes:
            self._env.tasks.spawn(TASK, self._one(round_, home, message, timeout_s, send or self._send))
        return round_

    async def stop(self) -> None:
        """Ask no more, and stop waiting. Waiting callers are told that the answers did not come."""
        self._over = True
        await self._env.tasks.cancel(TASK)
        for round_ in list(self._open):
            round_.then = None
            for home in round_.tally.unheard:
                self._take(round_, round_.tally.minus(home, definite=False))

    async def _one(self, round_: Round, home: str, message: Message, timeout_s: float, send: Send) -> None:
        try:
            reply = await send(home, message, timeout_s)
            versions = versions_in(reply)
        except LabError as error:
            self._take(round_, round_.tally.minus(home, error.definite))
        else:
            self._take(round_, round_.tally.plus(home, versions, getattr(reply, "behind_ms", None)))

    def _take(self, round_: Round, tally: Tally) -> None:
        round_.take(tally)
        if not tally.missing:
            del self._open[round_]
            if round_.then:
                round_.then(tally)


def versions_in(reply: Message) -> Versions:
    """The versions in an answer. Raises an indefinite `LabError` if the reply is of the wrong kind."""
    return () if isinstance(reply, Stored) else of_type(reply, Fetched).versions
