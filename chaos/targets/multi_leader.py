"""A multi-leader cluster, to the lab: everybody leads, so of roles there are only the devices beside them.

`device` is the first of them, `device-2` the second. Where datacenters have followers inside, `leader` and
`follower` are those of the first, `leader-2` and `follower-2` of the second.
"""

import asyncio
from collections.abc import Sequence

from chaos.cluster import ClusterError
from chaos.cluster.shape import DEVICE
from chaos.targets.target import GLANCE_S, Target, marks_must_agree
from services.errors import LabError
from services.messages import AskStatus, Status
from services.messages.detail import detail_of
from services.messages.multi_leader import OriginStatus
from services.multi_leader.handlers import handler_of
from services.settings import CommonSettings
from services.settings.multi_leader import MultiLeaderSettings


class MultiLeader(Target):
    """See `Target`."""

    @staticmethod
    def must_be_usable(settings: CommonSettings) -> None:
        """See `Target`: the application's handler can be loaded."""
        if isinstance(settings, MultiLeaderSettings):
            try:
                handler_of(settings.handler)
            except LabError as error:
                raise ClusterError(error.text) from error

    async def aim(self, target: str, known: str) -> str:
        """See `Target`."""
        role, _, number = target.partition("-")
        devices = self.crew.devices
        if self._has_followers and role in ("leader", "follower") and (number or "1").isdecimal():
            return await self._in_datacenter(role, int(number or "1"))
        if role != DEVICE or not (number or "1").isdecimal():
            raise ClusterError(f"nobody is called {target!r}; there are {known}")
        if not 1 <= int(number or "1") <= len(devices):
            raise ClusterError(f"there is no {target!r}; devices are: {', '.join(devices) or 'none'}")
        return devices[int(number or "1") - 1]

    def must_agree(self, accounts: Sequence[Status]) -> None:
        """See `Target`. Devices as well hold what all hold, and all hold what was written there.

        Datacenters with followers inside have no work for a device.
        """
        if self._has_followers:
            accounts = [account for account in accounts if account.node in self.crew.replicas]
        marks_must_agree(accounts)

    def has_begun(self, account: Status) -> bool:
        """See `Target`: it has taken a change, or promised an epoch."""
        return bool(account.mark) or detail_of(account.detail, OriginStatus).epoch > 0

    @property
    def _has_followers(self) -> bool:
        settings = self.crew.settings
        return isinstance(settings, MultiLeaderSettings) and settings.inside != "none"

    async def _in_datacenter(self, role: str, number: int) -> str:
        """Who leads there by the newest epoch that is heard of, or the first by name who does not."""
        places = self.crew.settings.datacenters
        if not 1 <= number <= len(places):
            raise ClusterError(f"there is no datacenter {number} with a {role}; there are {len(places)}")
        group = [node for node in self.crew.replicas if node in places[number - 1]]
        leader = await self._leader(group)
        if leader is None:
            raise ClusterError(f"nobody leads in datacenter {number} at the moment, of {', '.join(group)}")
        if role == "leader":
            return leader
        followers = [node for node in group if node != leader]
        if not followers:
            raise ClusterError(f"{leader} is the only replica of datacenter {number}: there is no follower")
        return followers[0]

    async def _leader(self, group: Sequence[str]) -> str | None:
        answers = await asyncio.gather(
            *(self.asking.ask(node, AskStatus(), Status, GLANCE_S) for node in group), return_exceptions=True
        )
        leaders = {
            detail_of(answer.detail, OriginStatus).epoch: answer.node
            for answer in answers
            if isinstance(answer, Status) and answer.role == "leader"
        }
        return leaders[max(leaders)] if leaders else None


TARGET = MultiLeader
