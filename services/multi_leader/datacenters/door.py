"""The gateway's part if datacenters have followers inside: a client's home is a datacenter.

The leader there answers; while there is none, another datacenter serves the client.
"""

from services.messages import Message
from services.messages.multi_leader import OriginStatus
from services.messages.single_leader import AskRoute
from services.multi_leader import door
from services.multi_leader.datacenters.places import place_of, replicas_of
from services.multi_leader.datacenters.way import NOT_HERE, Way
from services.ports import Env
from services.settings import NodeSettings
from services.settings.multi_leader import MultiLeaderSettings


class Door(door.Door):
    """See `services.family.Door`."""

    refused = door.REFUSED | NOT_HERE
    silent = door.SILENT | NOT_HERE
    gone = door.GONE | NOT_HERE

    def __init__(self, env: Env, node: NodeSettings) -> None:
        super().__init__(env, node)
        self._ways = self._find_ways()

    async def configure(self, settings: MultiLeaderSettings, reset: bool) -> None:
        """See `Part`."""
        await super().configure(settings, reset)
        self._ways = self._find_ways()

    @property
    def leaders(self) -> tuple[str, ...]:
        """See `Door`: one for each datacenter, named after it."""
        return tuple(self._settings.places)

    def near(self) -> tuple[str, ...]:
        """See `Door`."""
        own = place_of(self._settings, self._env.node)
        return (own,) if own else ()

    def told_of(self, home: str) -> OriginStatus:
        """See `Door`: a home is a datacenter, and somebody leads there."""
        return OriginStatus(datacenter=home, leader=self._ways[home].believed)

    async def _call(self, home: str, message: Message, within_s: float) -> Message:
        if way := self._ways.get(home):
            return await way.call(message, within_s)
        return await super()._call(home, message, within_s)

    async def _look_after(self, home: str) -> None:
        await self._ways[home].call(AskRoute(), self._settings.call_timeout_ms / 1000)

    def _find_ways(self) -> dict[str, Way]:
        places = replicas_of(self._settings, self._node.replicas)
        return {name: Way(self._env.network, members) for name, members in places.items()}
