"""A lease: the controller lets a leader lead for a while, and the leader stops by itself when it is over.

So a leader that nobody can reach cannot go on for ever, and whoever waits out the lease knows that it
has stopped, without having talked to it (Gray and Cheriton, 1989). The leader counts from the moment
it *asked*, the controller from the moment it *answered*, and a little longer, in case that its own
clock is fast or the leader's slow: so the leader always stops first. Both use clocks that cannot be set.
"""

from collections.abc import Callable

from services.config import ClusterSettings
from services.errors import LabError
from services.messages import LeaseGranted, RenewLease
from services.ports import Env

RENEWALS_PER_LEASE = 4
ATTEMPTS_PER_LEASE = 20  # while there is none, every write is refused


class Lease:
    """The lease of one leader in one epoch; without leases in the settings it never runs out."""

    def __init__(self, env: Env, settings: ClusterSettings, epoch: int, say: Callable[..., None]) -> None:
        self._env, self._epoch, self._say = env, epoch, say
        self.wanted = settings.lease
        self._duration_s = settings.lease_ms / 1000
        self._until = 0.0

    @property
    def valid(self) -> bool:
        """True while the leader may accept requests."""
        return not self.wanted or self._env.clock.monotonic() < self._until

    def check(self) -> None:
        """Raise `LabError` lease-expired unless the lease is valid. Nothing has happened yet: definite."""
        if not self.valid:
            raise LabError("lease-expired", f"{self._env.node} has no lease for epoch {self._epoch} any more")

    def check_after_the_fact(self) -> None:
        """The same after the write was stored, when nobody knows any more what becomes of it."""
        if not self.valid:
            raise LabError(
                "not-acknowledged", f"the lease of {self._env.node} ran out while this was written"
            )

    async def keep(self) -> None:
        """Renew in good time, again and again; says when the lease is there and when it ran out."""
        held = False
        while True:
            await self._renew()
            if self.valid != held:
                held = self.valid
                self._say("lease-granted" if held else "lease-expired")
            attempts = RENEWALS_PER_LEASE if held else ATTEMPTS_PER_LEASE
            await self._env.clock.sleep(self._duration_s / attempts)

    async def _renew(self) -> None:
        asked = self._env.clock.monotonic()
        request = RenewLease(node=self._env.node, epoch=self._epoch)
        try:
            reply = await self._env.network.call("controller", request, self._duration_s / 2)
        except LabError:
            return
        if isinstance(reply, LeaseGranted):
            self._until = max(self._until, asked + reply.lease_s)
