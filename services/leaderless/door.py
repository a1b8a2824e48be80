"""The family's part of a gateway: it coordinates for clients that do not coordinate themselves."""

from msgspec.structs import replace

from services.errors import LabError
from services.family import NO_WISH, Answers, Wish
from services.leaderless.coordinator import Coordinator
from services.messages import Execute, Executed, Read, ReadResult, Status, Write, Written
from services.messages.leaderless import HomeStatus
from services.node import remember_settings
from services.ports import Env
from services.settings import NodeSettings
from services.settings.leaderless import LeaderlessSettings


class Door:
    """See `services.family.Door`."""

    role = "gateway"

    def __init__(self, env: Env, node: NodeSettings) -> None:
        assert isinstance(node.cluster, LeaderlessSettings), node.cluster
        self._env, self._node, self._settings = env, node, node.cluster
        self._coordinator = self._make()

    def answers(self) -> Answers:
        """Nothing besides what clients ask."""
        return {}

    async def start(self) -> None:
        """There is nothing to learn first."""
        self.say("started")

    async def stop(self, reason: str) -> None:
        """Stop waiting for answers."""
        await self._coordinator.stop()

    async def configure(self, settings: LeaderlessSettings, reset: bool) -> None:
        """See `Part`; it does not wait for requests that are under way."""
        remember_settings(self._env, settings)
        await self._coordinator.stop()
        self._settings = settings
        self._coordinator = self._make()
        if reset:
            self.say("emptied", n=settings.n, w=settings.w, r=settings.r)

    def status(self) -> Status:
        """It owes the answers still to come: while one is missing, a home may still store something."""
        under_way = self._coordinator.under_way
        return Status(
            node=self._env.node,
            role=self.role,
            owes=under_way,
            settings=self._settings,
            detail=HomeStatus(under_way=under_way, behind_ms=self._coordinator.behind_ms),
        )

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role=self.role, **fields)

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `services.family.Door`."""
        return self._node.replicas

    def must_know_the_way(self) -> None:
        """Every gateway knows it: a key's name determines its homes."""

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """See `Coordinator.write`; a wish may give `w` and `n`."""
        if wish.policy or wish.replica or wish.r:
            raise LabError("bad-request", "a write goes to the homes of its key; it takes only ?w= and ?n=")
        return await self._coordinator.write(replace(message, w=wish.w or message.w, n=wish.n or message.n))

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """See `Coordinator.read`; a wish may give `r` and `n`, or name a single replica to read from."""
        if wish.policy or wish.w:
            raise LabError(
                "bad-request", "a read asks the homes of its key; it takes only ?r= and ?n=, or ?from="
            )
        if wish.replica is not None and wish.replica not in self.replicas:
            text = f"there is no replica {wish.replica!r}; there are {', '.join(self.replicas)}"
            raise LabError("bad-request", text)
        asked = replace(message, r=wish.r or message.r, n=wish.n or message.n)
        return await self._coordinator.read(asked, wish.replica)

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """See `services.family.Door`."""
        raise LabError("bad-request", "there are no SQL tables without a leader; use registers")

    def _make(self) -> Coordinator:
        return Coordinator(self._env, self._settings, self._node.replicas, self._env.network.call, self.say)
