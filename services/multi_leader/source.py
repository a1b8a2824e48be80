"""What an exchange sends: the changes of a single leader, or of a datacenter with followers."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from services.messages.multi_leader import Change, Changes, CopyPage, Taken
from services.multi_leader.copying import pages
from services.multi_leader.leader import Leader
from services.multi_leader.numbering import Numbering
from services.ports import Env
from services.replies import of_type
from services.trouble import disk_may_refuse

SHIP_TIMEOUT_S = 5.0  # patient with slow links; a cut that heals closes the connection sooner


class Source(Protocol):
    """Changes, how far each peer has them, and a way to each peer."""

    @property
    def name(self) -> str:
        """The name of the origin whose changes begin here."""

    @property
    def ships(self) -> bool:
        """Should this node ship?"""

    @property
    def known(self) -> Mapping[str, int]:
        """Up to where each origin's changes may be shipped."""

    def after(self, origin: str, sequence: int, limit: int) -> Sequence[Change]:
        """About `limit` changes of `origin` after `sequence`; no transaction is cut in two."""

    @property
    def floors(self) -> Mapping[str, int]:
        """Up to where each origin's changes are trimmed here."""

    async def trim(self, up_to: Mapping[str, int]) -> None:
        """Drop each origin's changes up to these numbers: all leaders have them. Raises `LabError`."""

    @property
    def makes_copies(self) -> bool:
        """Can it give a peer a copy of everything instead of changes?"""

    async def copy_to(self, peer: str) -> Taken:
        """Send `peer` a copy of everything; returns its last answer. Raises `LabError`."""

    def confirmed(self, peer: str) -> Mapping[str, int]:
        """What `peer` had when this was last recorded."""

    async def remember(self, peer: str, known: Mapping[str, int]) -> None:
        """Record that `peer` has `known`. Raises `LabError`."""

    async def send(self, peer: str, batch: Changes) -> Taken:
        """The peer's answer. Raises `LabError`."""


class Alone:
    """See `Source`: the changes of a leader without followers.

    Without origin tags a change gets a new number at each leader, so it sends no copies: they could not tell
    a receiver what it still lacks.
    """

    ships = True

    def __init__(self, env: Env, leader: Leader, numbering: Numbering, *, tags: bool) -> None:
        self._env, self._leader, self._numbering = env, leader, numbering
        self.name, self.makes_copies = env.node, tags

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

    @property
    def floors(self) -> Mapping[str, int]:
        """See `Source`."""
        return self._leader.floors

    async def trim(self, up_to: Mapping[str, int]) -> None:
        """See `Source`."""
        with disk_may_refuse():
            await self._env.disk.run(partial(self._leader.trim, up_to))

    async def copy_to(self, peer: str) -> Taken:
        """See `Source`."""
        knows = dict(self._leader.known)
        reply = Taken(node=self.name, known=knows)
        for page in pages(self.name, self._leader.storage, knows):
            reply = await self._call(peer, page)
        return reply

    async def remember(self, peer: str, known: Mapping[str, int]) -> None:
        """See `Source`."""
        storage = self._leader.storage
        with disk_may_refuse():
            await self._env.disk.run(lambda: storage.confirm(peer, known))

    async def send(self, peer: str, batch: Changes) -> Taken:
        """See `Source`."""
        reply = await self._call(peer, batch)
        self._numbering.hear(peer, reply.known)
        return reply

    async def _call(self, peer: str, message: Changes | CopyPage) -> Taken:
        return of_type(await self._env.network.call(peer, message, SHIP_TIMEOUT_S), Taken)
