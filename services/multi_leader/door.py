"""The family's part of a gateway: its clients have a home, and go elsewhere while the home does not answer.

The home is the leader in the gateway's own datacenter; if none is stated, the leader of the same number (g1
asks n1, g2 asks n2), so clients at two gateways write at two leaders at once. The gateway never sends a write
a second time if it may have happened. But it sends later requests elsewhere, until the silent leader answers
again.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar
from zlib import crc32

from services.errors import LabError
from services.family import NO_WISH, Answers, Wish
from services.messages import (
    AskStatus,
    Execute,
    Executed,
    Message,
    Read,
    ReadResult,
    Status,
    Write,
    Written,
)
from services.messages.multi_leader import AskConflicts, InConflict, OriginStatus, Transact, Transacted
from services.node import remember_settings
from services.ports import Env
from services.replies import of_type
from services.settings import NodeSettings
from services.settings.multi_leader import MultiLeaderSettings

M = TypeVar("M", bound=Message)
REFUSED = frozenset({"unreachable", "shutting-down"})  # nothing happened, so another leader may do it
GONE = REFUSED | {"timed-out", "connection-lost"}
SILENT = GONE | {"storage-failed", "overloaded"}  # a read may be tried elsewhere: it has no effect
LISTEN = "listen"


class Door:
    """See `services.family.Door`. `refused`, `silent` and `gone`: the errors that mean so of a leader."""

    refused, silent, gone = REFUSED, SILENT, GONE

    def __init__(self, env: Env, node: NodeSettings) -> None:
        assert isinstance(node.cluster, MultiLeaderSettings), node.cluster
        self._env, self._node, self._settings = env, node, node.cluster
        self._silent: dict[str, None] = {}  # leaders that did not answer last time

    def answers(self) -> Answers:
        """See `Part`: transactions and conflicts, besides what every gateway answers."""
        return {Transact: self.transact, AskConflicts: self.conflicts_of}

    async def start(self) -> None:
        """Begin to listen for leaders that have fallen silent."""
        self.say("started", home=self._settings.home)
        self._env.tasks.spawn(LISTEN, self._listen())

    async def stop(self, reason: str) -> None:
        """Stop listening."""
        await self._env.tasks.cancel(LISTEN)

    async def configure(self, settings: MultiLeaderSettings, reset: bool) -> None:
        """See `Part`."""
        remember_settings(self._env, settings)
        self._settings = settings
        self._silent.clear()
        if reset:
            self.say("emptied", conflicts=settings.conflicts)

    def status(self) -> Status:
        """Whom it asks. It owes nothing, because it keeps nothing."""
        asks = None if self._settings.home == "record" else self._in_turn(self.homes(""))[0]
        detail = OriginStatus() if asks is None else self.told_of(asks)
        return Status(node=self._env.node, role="gateway", settings=self._settings, detail=detail)

    def told_of(self, home: str) -> OriginStatus:
        """What its status says while it asks `home`."""
        return OriginStatus(leader=home)

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role="gateway", **fields)

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `Door`."""
        return self._node.replicas

    @property
    def leaders(self) -> tuple[str, ...]:
        """The leaders, in the order of their names."""
        return self.replicas

    def near(self) -> tuple[str, ...]:
        """The leaders in this gateway's datacenter."""
        return tuple(node for node in self.replicas if node in self._settings.near(self._env.node))

    def homes(self, key: str) -> tuple[str, ...]:
        """The leaders to ask about `key`, in order; its home comes first."""
        near, leaders = self.near(), self.leaders
        if self._settings.home == "record":
            first = leaders[crc32(key.encode()) % len(leaders)]  # the same at every gateway
        else:
            number = self._node.gateways.index(self._env.node)
            first = near[0] if near else leaders[number % len(leaders)]
        if not self._settings.moves or self._settings.delivery == "causal":
            return (first,)  # another leader may not have yet what was seen or written there
        place = leaders.index(first)
        others = (*leaders[place + 1 :], *leaders[:place])
        return (first, *sorted(others, key=lambda node: node not in near))

    def must_know_the_way(self) -> None:
        """See `Door`: it always knows."""

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """See `Door`; to wish for a replica is to wish for that leader."""
        homes = self._wanted(wish, message.operation.key)
        return await self._ask(message, Written, homes, self.refused, self._settings.patience_s)

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """See `Door`."""
        within_s = self._settings.call_timeout_ms / 1000
        return await self._ask(message, ReadResult, self._wanted(wish, message.key), self.silent, within_s)

    async def conflicts_of(self, message: AskConflicts) -> InConflict:
        """What is in conflict under a key, at its home. Raises `LabError`."""
        within_s = self._settings.call_timeout_ms / 1000
        return await self._ask(message, InConflict, self.homes(message.key), self.silent, within_s)

    async def transact(self, message: Transact) -> Transacted:
        """All steps at one leader. Raises `LabError`, bad-request for records with different homes."""
        homes = {self.homes(step.key): None for step in message.steps}
        if len(homes) > 1:
            keys = ", ".join(dict.fromkeys(step.key for step in message.steps))
            raise LabError("bad-request", f"a transaction is done at one leader; {keys} have different homes")
        (leaders,) = homes
        return await self._ask(message, Transacted, leaders, self.refused, self._settings.patience_s)

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """See `Door`."""
        raise LabError("bad-request", "several leaders keep registers and sets, and no SQL tables")

    def _wanted(self, wish: Wish, key: str) -> Sequence[str]:
        """Whom to ask. Raises `LabError` bad-request for a wish that cannot be met."""
        if wish.policy is not None or wish.counts:
            raise LabError(
                "bad-request",
                "each leader answers alone; leave out `policy`, `w`, `r` and `n`, or name a `replica`",
            )
        if wish.replica is None:
            return self.homes(key)
        if wish.replica not in self.replicas:
            raise LabError(
                "bad-request", f"there is no replica {wish.replica!r}; ask {', '.join(self.replicas)}"
            )
        return (wish.replica,)

    async def _ask(
        self,
        message: Message,
        expected: type[M],
        homes: Sequence[str],
        elsewhere: frozenset[str],
        within_s: float,
    ) -> M:
        """The answer of the first of `homes` that does not refuse. Raises the `LabError` of the last one."""
        for home in self._in_turn(homes):
            try:
                return of_type(await self._call(home, message, within_s), expected)
            except LabError as error:
                if error.kind.code in self.gone:
                    self._silent[home] = None
                if error.kind.code not in elsewhere:
                    raise
                last = error
        raise last

    def _in_turn(self, homes: Sequence[str]) -> list[str]:
        """In the order in which it asks them: those that did not answer last time come last."""
        return sorted(homes, key=lambda home: home in self._silent)

    async def _listen(self) -> None:
        """Ask silent leaders again and again whether they are back."""
        while True:
            await self._env.clock.sleep(self._settings.heartbeat_ms / 1000)
            for home in tuple(self._silent):
                with suppress(LabError):
                    await self._look_after(home)
                    self._silent.pop(home, None)

    async def _call(self, home: str, message: Message, within_s: float) -> Message:
        """The answer of a leader, or of a replica that was named. Raises `LabError`."""
        return await self._env.network.call(home, message, within_s)

    async def _look_after(self, home: str) -> None:
        """Return when that leader answers. Raises `LabError` if it does not."""
        await self._env.network.call(home, AskStatus(), self._settings.call_timeout_ms / 1000)
