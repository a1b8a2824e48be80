"""What an exchange sends: the changes of a leader that stands alone, or of a datacenter with followers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.errors import LabError
from services.messages.multi_leader import Change, Changes, Taken
from services.multi_leader.leader import Leader
from services.ports import Env
from services.replies import of_type
from services.trouble import disk_may_refuse

SHIP_TIMEOUT_S = 5.0  # patient with slow links; a cut that heals closes the connection sooner


class Source(Protocol):
    """Changes, how far each peer has them, and a way to every peer."""

    @property
    def name(self) -> str:
        """That of the origin whose changes begin here."""

    @property
    def ships(self) -> bool:
        """Is it this node that is to ship?"""

    @property
    def known(self) -> Mapping[str, int]:
        """How much of each origin's changes may be shipped."""

    def after(self, origin: str, sequence: int, limit: int) -> Sequence[Change]:
        """About `limit` changes of `origin` that follow its `sequence`; no transaction is cut in two."""

    def lacks_what_is_gone(self, confirmed: Mapping[str, int]) -> bool:
        """Does a peer that has so much lack changes that are trimmed here?"""

    @property
    def makes_copies(self) -> bool:
        """Can it give a peer all that there is, without the changes?"""

    async def copy_to(self, peer: str) -> Taken:
        """Let `peer` have all that the trimmed changes came to; its last answer. Raises `LabError`."""

    def confirmed(self, peer: str) -> Mapping[str, int]:
        """What `peer` had when that was remembered last."""

    async def remember(self, peer: str, known: Mapping[str, int]) -> None:
        """Keep that `peer` has so much. Raises `LabError`."""

    async def send(self, peer: str, batch: Changes) -> Taken:
        """The peer's answer. Raises `LabError`."""


class Alone:
    """See `Source`: of a leader without followers."""

    ships = True
    makes_copies = False  # it keeps all changes

    def __init__(self, env: Env, leader: Leader) -> None:
        self._env, self._leader = env, leader
        self.name = env.node

    @property
    def known(self) -> Mapping[str, int]:
        """See `Source`: all that is on its disk."""
        return self._leader.known

    def after(self, origin: str, sequence: int, limit: int) -> Sequence[Change]:
        """See `Source`."""
        return self._leader.storage.after(origin, sequence, limit)

    def confirmed(self, peer: str) -> Mapping[str, int]:
        """See `Source`."""
        return self._leader.storage.confirmed(peer)

    def lacks_what_is_gone(self, confirmed: Mapping[str, int]) -> bool:
        """See `Source`."""
        return False

    async def copy_to(self, peer: str) -> Taken:
        """See `Source`: nobody ever needs a copy."""
        raise LabError("bad-order", f"{self.name} has all changes for {peer}")

    async def remember(self, peer: str, known: Mapping[str, int]) -> None:
        """See `Source`."""
        storage = self._leader.storage
        with disk_may_refuse():
            await self._env.disk.run(lambda: storage.confirm(peer, known))

    async def send(self, peer: str, batch: Changes) -> Taken:
        """See `Source`."""
        return of_type(await self._env.network.call(peer, batch, SHIP_TIMEOUT_S), Taken)
