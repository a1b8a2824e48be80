"""A lease: the controller lets a leader lead for a while, and the leader stops by itself when it is over.

So an unreachable leader cannot go on for ever, and a node that waits out the lease knows that the leader has
stopped, without talking to it (Gray and Cheriton, 1989). The leader counts from the moment it *asked*. The
controller counts from the moment it *answered*, and a little longer, in case its own clock is fast or the
leader's slow. So the leader always stops first.

If a lease ran out while the machine slept, nobody refused to renew it. Requests then wait until the leader
has asked once more; it refuses them only if it asked in vain. (`LeaseClock` says what counts.)

A leader that is deposed or hands over gives up its lease at once, and never has one in that epoch again.
"""

from collections.abc import Callable

from services.bell import Bell
from services.errors import LabError
from services.messages.single_leader import LeaseGranted, RenewLease
from services.ports import Env
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.reads.arrivals import Arrivals

RENEWALS_PER_LEASE = 4
ATTEMPTS_PER_LEASE = 20  # more often: without a lease every write is refused


class Lease:
    """The lease of one leader in one epoch; without leases in the settings it never runs out."""

    def __init__(
        self, env: Env, settings: SingleLeaderSettings, epoch: int, say: Callable[..., None]
    ) -> None:
        self._env, self._epoch, self._say = env, epoch, say
        self.wanted = settings.lease
        self._news = Arrivals()  # announced when the lease comes or goes
        self._duration_s = settings.lease_ms / 1000
        self._until: float | None = None  # by the `LeaseClock`; None before the first
        self._given_up = False
        self._first_by = env.clock.monotonic() + self._duration_s
        self._refused = False  # the last renewal
        self._in_doubt = False  # and the log says so
        self._need = Bell()  # rings when a request waits for the lease

    @property
    def valid(self) -> bool:
        """True while the leader may accept requests."""
        return not self._given_up and (not self.wanted or self._lasts())

    @property
    def left(self) -> float:
        """The share that is left; 0 if it has run out or was given up."""
        if self._given_up or self._until is None:
            return 0.0
        return max(0.0, (self._until - self._env.lease_clock.now_s()) / self._duration_s)

    def give_up(self) -> None:
        """Make it invalid, for ever."""
        self._given_up = self._refused = True
        self._news.announce()

    async def begun(self) -> None:
        """Return once there has been a lease: a leader just appointed has none yet, and asks for the first.

        Requests wait for that, but no longer than a lease lasts.
        """
        if self.wanted and self._until is None and not self._given_up:
            left_s = self._first_by - self._env.clock.monotonic()
            await self._news.until(lambda: self._until is not None or self._given_up, left_s)

    async def assured(self) -> None:
        """Return while it is valid, or as soon as it is again.

        Raises `LabError` lease-expired, which is definite, if the leader asked for it in vain.
        """
        if not self.valid and not await self._renewed():
            when = "yet" if self._until is None else "any more"
            raise LabError("lease-expired", f"{self._env.node} has no lease for epoch {self._epoch} {when}")

    async def assured_after_the_fact(self) -> None:
        """The same for a write that is already stored: then the outcome of a failure is unknown."""
        if not self.valid and not await self._renewed():
            how = "was given up" if self._given_up else "ran out"
            raise LabError("not-acknowledged", f"the lease of {self._env.node} {how} while this was written")

    def heard(self) -> None:
        """A follower has answered."""

    async def keep(self) -> None:
        """Renew in good time, again and again; log when the lease is granted and when it runs out."""
        held = False
        while True:
            self._need.silence()
            self._refused = not await self._renew()
            valid = self.valid
            if not valid and not self._refused:
                continue  # granted, but over already, because the machine slept in between
            if valid != held or self._in_doubt:
                self._say("lease-granted" if valid else "lease-expired")
            held, self._in_doubt = valid, False
            self._news.announce()
            attempts = RENEWALS_PER_LEASE if held else ATTEMPTS_PER_LEASE
            await self._need.rung(self._duration_s / attempts)

    async def _renewed(self) -> bool:
        """Wait for a renewal that may still come; is the lease valid again?"""
        if self._refused:
            return False
        if self._until and not self._in_doubt:
            self._in_doubt = True
            self._say("lease-in-doubt", reason="it is over, but nobody has refused to renew it")
        self._need.ring()
        await self._news.until(lambda: self.valid or self._refused, self._duration_s)
        return self.valid

    async def _renew(self) -> bool:
        """False if it was not granted. But if the machine slept meanwhile, a failure says nothing: True."""
        clock = self._env.lease_clock
        asked = clock.now_s()
        request = RenewLease(node=self._env.node, epoch=self._epoch)
        try:
            reply = await self._env.network.call("controller", request, self._duration_s / 2)
        except LabError:
            return clock.now_s() - asked > self._duration_s
        assert isinstance(reply, LeaseGranted), reply
        self._until = max(self._until or asked, asked + reply.lease_s)
        return True

    def _lasts(self) -> bool:
        return self._until is not None and self._env.lease_clock.now_s() < self._until
