"""A part that keeps something on its disk, in any family: how it begins, and how it begins anew.

An order with new settings ends the work, and with `reset` empties the disk; then the work begins again. Two
things must hold whatever the disk does. If a full disk refuses, nothing changes, or the disk is only emptied.
And afterwards the part works, perhaps with its old settings, so it can take another order. Orders come one at
a time; the shell ensures that.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from services.node import remember_settings
from services.ports import Env
from services.settings import CommonSettings, NodeSettings

S = TypeVar("S", bound=CommonSettings)


class Working(Generic[S]):
    """Base of such a part; see `services.family.Part`. `role` is its role in the log and the status."""

    role: str

    def __init__(self, env: Env, node: NodeSettings, kind: type[S]) -> None:
        """`kind` is the class of its family's settings."""
        assert isinstance(node.cluster, kind), node.cluster
        self._env, self._node = env, node
        self._settings: S = node.cluster
        self._works = False
        self._open()

    async def start(self) -> None:
        """See `Part`."""
        self.say("started", **self._has())
        self._work()

    async def stop(self, reason: str) -> None:
        """See `Part`."""
        raise NotImplementedError

    async def configure(self, settings: S, reset: bool) -> None:
        """See `Part`, and above."""
        self._must_be_able(settings)
        if not reset:
            remember_settings(self._env, settings)
        self._works = False
        await self.stop("new settings")
        try:
            if reset:
                await self._env.disk.wipe()
                remember_settings(self._env, settings)
            self._settings = settings
        finally:
            self._open()
            self._work()
        if reset:
            self.say("emptied", **self._is_set_to())

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role=self.role, **fields)

    def _must_be_able(self, settings: S) -> None:
        """Raise `LabError` bad-order, before anything changes, if it could not work with these settings."""

    def _work(self) -> None:
        self._works = True
        self._begin()

    def _open(self) -> None:
        """Make everything that the settings call for, from what is on the disk. It may block."""
        raise NotImplementedError

    def _begin(self) -> None:
        """Spawn the background work."""
        raise NotImplementedError

    def _has(self) -> Mapping[str, Any]:
        """What it has when it starts, for the log."""
        return {}

    def _is_set_to(self) -> Mapping[str, Any]:
        """The most important settings, for the log."""
        return {}
