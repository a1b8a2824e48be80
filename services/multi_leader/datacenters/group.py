"""A datacenter's group, as one replica sees it: its log decides what it answers and what it ships."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import apsw
from msgspec.structs import replace

from services.messages import Write
from services.messages.multi_leader import Change, Changes, Taken, Transact
from services.multi_leader.copying import pages
from services.multi_leader.datacenters.machine import Ask, Confirmed, Machine, Told, Trimmed
from services.multi_leader.datacenters.places import inside, place_of, replicas_of
from services.multi_leader.datacenters.way import Way
from services.multi_leader.numbering import Numbering
from services.multi_leader.resolvers import Resolvers
from services.multi_leader.stamping import stamps_of
from services.ports import Env
from services.replies import of_type
from services.settings import NodeSettings
from services.settings.multi_leader import MultiLeaderSettings
from services.single_leader.member import Member
from services.single_leader.outcomes import Asked
from services.store.reach import end_of

T = TypeVar("T")


class Group:
    """See `services.multi_leader.source.Source`."""

    makes_copies = True

    def __init__(self, env: Env, node: NodeSettings, settings: MultiLeaderSettings) -> None:
        self._env, self._settings = env, settings
        places = replicas_of(settings, node.replicas)
        self.name = place_of(settings, env.node) or env.node
        self.others = tuple(name for name in places if name != self.name)
        self._ways = {name: Way(env.network, places[name]) for name in self.others}
        fellows = replace(node, replicas=places[self.name], companions={}, cluster=inside(settings))
        self.member = Member(env, fellows, self._machine)
        self._standing = self.member.standing
        self.numbering = Numbering(
            *(self.name, self.others, lambda: self.machine),
            now_s=env.clock.monotonic,
            patience_s=settings.detection_timeout_ms / 1000,
        )

    @property
    def machine(self) -> Machine:
        """The machine that the group replicates; a new object after a copy has replaced the data."""
        machine = self._standing.storage.machine
        assert isinstance(machine, Machine), machine
        return machine

    @property
    def ships(self) -> bool:
        """See `Source`: only the leader ships."""
        leader = self._standing.leader
        return leader is not None and leader.lease.valid

    @property
    def known(self) -> Mapping[str, int]:
        """See `Source`: only what is acknowledged, so that no successor reuses these numbers."""
        leader = self._standing.leader
        return self.machine.known_at(leader.acknowledged) if leader else {}

    def after(self, origin: str, sequence: int, limit: int) -> Sequence[Change]:
        """See `Source`."""
        return self.machine.storage.after(origin, sequence, limit)

    def confirmed(self, peer: str) -> Mapping[str, int]:
        """See `Source`."""
        return self.machine.peers.get(peer, {})

    async def remember(self, peer: str, known: Mapping[str, int]) -> None:
        """See `Source`; the next leader knows it, too."""
        await self.ask(Confirmed(peer, dict(known)))

    @property
    def floors(self) -> Mapping[str, int]:
        """See `Source`."""
        return self.machine.floors

    async def trim(self, up_to: Mapping[str, int]) -> None:
        """See `Source`; the next leader has trimmed them, too."""
        await self.ask(Trimmed(dict(up_to)))

    async def copy_to(self, peer: str) -> Taken:
        """See `Source`: only what is acknowledged, like everything that leaves the datacenter."""
        machine = self.machine
        knows, found = await self.shown(
            lambda: (dict(machine.known), list(pages(self.name, machine.storage, machine.known)))
        )
        reply = Taken(node=self.name, known=knows)
        for page in found:
            reply = of_type(await self._ways[peer].call(page, self._settings.patience_s), Taken)
        return reply

    async def send(self, peer: str, batch: Changes) -> Taken:
        """See `Source`: it goes to the leader there."""
        reply = of_type(await self._ways[peer].call(batch, self._settings.patience_s), Taken)
        self.numbering.hear(peer, reply.known)
        return reply

    async def ask(self, what: Ask) -> Told:
        """Have it done; returns when it is acknowledged. Raises `LabError`, not-leader at a follower."""
        leader = await self._standing.leadership()
        if isinstance(what, Write | Transact):
            self.numbering.must_be_whole()
        told: Told = (await leader.execute(Asked(what))).told
        return told

    async def shown(self, look: Callable[[], T]) -> T:
        """What `look` finds, once all of it is acknowledged. Raises `LabError` like `ask`."""
        leader, storage = await self._standing.leadership(), self._standing.storage
        with leader.underway:
            await leader.lease.assured()
            with storage.snapshot():
                found, end = look(), end_of(storage.reader).sequence
            await leader.acknowledged_up_to(end)
            await leader.lease.assured()  # the process may have been frozen meanwhile
            return found

    def _machine(self, writer: apsw.Connection, reader: apsw.Connection) -> Machine:
        env, settings = self._env, self._settings
        return Machine(
            *(self.name, env.clock, writer, reader, Resolvers(settings)),
            causal=settings.delivery == "causal",
            stamps=stamps_of(env, settings),
        )
