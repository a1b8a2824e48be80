"""A device beside a family in which only replicas take writes: it has no part in that, and says so."""

from typing import NoReturn

from services.errors import LabError
from services.family import NO_WISH, Answers, Wish
from services.messages import (
    Contents,
    Execute,
    Executed,
    Read,
    ReadContents,
    ReadResult,
    Status,
    Write,
    Written,
)
from services.node import remember_settings
from services.ports import Env
from services.settings import CommonSettings, NodeSettings


class NoDevice:
    """See `services.family.Door`."""

    def __init__(self, env: Env, node: NodeSettings) -> None:
        self._env, self._node, self._settings = env, node, node.cluster

    def answers(self) -> Answers:
        """It holds nothing."""
        return {ReadContents: self._contents}

    async def start(self) -> None:
        """Say so."""
        self.say("stands-by", family=self._settings.family)

    async def stop(self, reason: str) -> None:
        """There is nothing to stop."""

    async def configure(self, settings: CommonSettings, reset: bool) -> None:
        """Only the settings are to be remembered."""
        remember_settings(self._env, settings)
        self._settings = settings

    def status(self) -> Status:
        """It owes nothing."""
        return Status(node=self._env.node, role="device", settings=self._settings)

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role="device", **fields)

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `Door`: all that there are."""
        return self._node.replicas

    def must_know_the_way(self) -> None:
        """See `Door`."""
        self._refuse()

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """See `Door`."""
        self._refuse()

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """See `Door`."""
        self._refuse()

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """See `Door`."""
        self._refuse()

    async def _contents(self, _: ReadContents) -> Contents:
        return Contents(node=self._env.node, registers={}, sets={})

    def _refuse(self) -> NoReturn:
        text = f"{self._env.node} is a device, and a {self._settings.family} cluster has no work for one"
        raise LabError("bad-request", f"{text}; ask a gateway, or let the family be multi-leader")
