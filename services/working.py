"""The part of a replica that keeps something on its disk, in whatever family: it begins, and it begins anew.

An order with other settings ends the work, and with `reset` empties the disk; then the work begins again. Two
things must hold whatever the disk says. What a full one refuses changes nothing, or only empties the disk.
And afterwards the part works, be it with the settings that it had, so it can be told something else. Orders
come one at a time; the shell sees to that.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from services.node import remember_settings
from services.ports import Env
from services.settings import CommonSettings, NodeSettings

S = TypeVar("S", bound=CommonSettings)


class Working(Generic[S]):
    """Base of such a part; see `services.family.Part`. `role` is what it calls itself."""

    role: str

    def __init__(self, env: Env, node: NodeSettings, kind: type[S]) -> None:
        """`kind` are the settings of its family."""
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
        """Raise `LabError` bad-order for settings that it could not work with; nothing has changed then."""

    def _work(self) -> None:
        self._works = True
        self._begin()

    def _open(self) -> None:
        """Make everything that the settings call for, over what is on the disk. It may block."""
        raise NotImplementedError

    def _begin(self) -> None:
        """Spawn what works in the background."""
        raise NotImplementedError

    def _has(self) -> Mapping[str, Any]:
        """What it has as it starts, for the log."""
        return {}

    def _is_set_to(self) -> Mapping[str, Any]:
        """The settings that matter most, for the log."""
        return {}
