"""A multi-leader cluster, to the lab: everybody leads, so of roles there are only the devices beside them.

`device` is the first of them, `device-2` the second.
"""

from collections.abc import Sequence

from chaos.cluster import ClusterError
from chaos.cluster.shape import DEVICE
from chaos.targets.target import Target, marks_must_agree
from services.errors import LabError
from services.messages import Status
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
        if role != DEVICE or not (number or "1").isdecimal():
            raise ClusterError(f"nobody is called {target!r}; there are {known}")
        if not 1 <= int(number or "1") <= len(devices):
            raise ClusterError(f"there is no {target!r}; devices are: {', '.join(devices) or 'none'}")
        return devices[int(number or "1") - 1]

    def must_agree(self, accounts: Sequence[Status]) -> None:
        """See `Target`. Devices as well hold what all hold, and all hold what was written there."""
        marks_must_agree(accounts)

    def has_begun(self, account: Status) -> bool:
        """See `Target`: it has taken a change."""
        return bool(account.mark)


TARGET = MultiLeader
