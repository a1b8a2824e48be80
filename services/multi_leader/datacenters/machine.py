"""What a datacenter knows and decides, as a machine that its group replicates.

The origin of its changes is the datacenter, whichever replica leads. The leader stamps a write or takes over
changes from elsewhere, and each of these is a command in the group's log. So every replica has all changes,
the versions of each key, and how far the other datacenters are, and the next leader goes on from there.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

import apsw
import msgspec

from services.messages import Write
from services.messages.multi_leader import Change, Changes, CopyPage, Transact
from services.multi_leader.delivery import deliverable
from services.multi_leader.leader import Done, Draft, Leader
from services.multi_leader.resolvers import Resolvers
from services.multi_leader.storage import SCHEMA, TABLES, Storage
from services.ports import Clock
from services.single_leader.machine import Decided
from services.store.effects import canonical
from services.versions.hybrid_clock import HybridClock


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """The datacenter has these changes, its own or another's."""

    changes: tuple[Change, ...]


class Confirmed(msgspec.Struct, frozen=True, tag="confirmed"):
    """The datacenter `peer` has each origin's changes up to these numbers."""

    peer: str
    known: dict[str, int]


class Trimmed(msgspec.Struct, frozen=True, tag="trimmed"):
    """Each origin's changes up to these numbers are on all leaders' disks, and no longer kept here."""

    up_to: dict[str, int]


class Copied(msgspec.Struct, frozen=True, tag="copied"):
    """A page of a copy has been merged into what is here."""

    page: CopyPage


Plain: TypeAlias = Confirmed | Trimmed | Copied  # the request itself is the command
Command: TypeAlias = Taken | Plain
Ask: TypeAlias = Write | Transact | Changes | Plain


class Told(NamedTuple):
    """What was done, and what the datacenter knows once that is acknowledged."""

    done: tuple[Done, ...]
    known: dict[str, int]


class Machine(Leader):
    """See `services.single_leader.machine`. `known` and `peers` are what is durable here."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        writer: apsw.Connection,
        reader: apsw.Connection,
        resolvers: Resolvers,
        *,
        causal: bool,
        stamps: HybridClock | None = None,
    ) -> None:
        with writer:
            writer.execute(SCHEMA)
        super().__init__(name, clock, Storage(writer, reader), resolvers, causal=causal, stamps=stamps)
        self._writer = writer
        self.peers: Mapping[str, Mapping[str, int]] = self.storage.all_confirmed()
        self._drawn: Draft | None = None  # what will be known, while a transaction is under way
        self._undone = False  # that transaction took entries back
        self._steps = deque([(0, dict(self.known))])  # what was known at which entry of the log
        self._next_steps: list[tuple[int, dict[str, int]]] = []
        self._follows = False
        self._decoder = msgspec.json.Decoder(Command)

    def known_at(self, acknowledged: int) -> Mapping[str, int]:
        """What was known at the entry `acknowledged` of the log; a leader asks."""
        while len(self._steps) > 1 and self._steps[1][0] <= acknowledged:
            self._steps.popleft()
        sequence, known = self._steps[0]
        return known if acknowledged and sequence <= acknowledged else {}

    def decide(self, asked: Ask, sequence: int) -> Decided:
        """See `Machine`."""
        draft = self._draft_now()
        with self._recorded() as undo:
            done = self._done(draft, asked)
            self.storage.count_conflicts(draft.conflicts)
        changes = tuple(change for each in done for change in each.changes)
        told = Told(done, dict(draft.known))
        command: Command = asked if isinstance(asked, Plain) else Taken(changes)
        if command == Taken(()):
            return Decided("", b"", told)
        self._next_steps.append((sequence, told.known))
        return Decided(canonical(command), undo(), told)

    def carry_out(self, command: str, sequence: int) -> bytes:
        """See `Machine`."""
        draft, ordered = self._draft_now(), self._decoder.decode(command)
        with self._recorded() as undo:
            if isinstance(ordered, Taken):
                self._take_all(draft, ordered.changes)
            else:
                self._follow(draft, ordered)
            self.storage.count_conflicts(draft.conflicts)
        self._next_steps, self._follows = [(sequence, dict(draft.known))], True
        return undo()

    def take_back(self, undo: bytes) -> None:
        """See `Machine`."""
        if undo:
            apsw.Changeset.apply(undo, self._writer)
        self._drawn, self._undone = None, True
        self._next_steps, self._follows = [], True

    def settle(self) -> None:
        """See `Machine`."""
        if self._drawn is None and not self._undone:
            return
        draft = self._draft_now()
        self._settle(draft)
        self.peers, self.floors = self.storage.all_confirmed(), self.storage.floors()
        if self._follows:
            self._steps = deque(self._next_steps or [(0, dict(draft.known))])
        else:
            self._steps.extend(self._next_steps)
        self.forget()

    def forget(self) -> None:
        """See `Machine`."""
        self._drawn, self._undone = None, False
        self._next_steps, self._follows = [], False

    def _draft_now(self) -> Draft:
        if self._drawn is None and self._undone:
            known, _, conflicts = self.storage.recovered()
            self._drawn = Draft(known, conflicts)
        self._drawn = self._drawn or self._draft()
        return self._drawn

    def _done(self, draft: Draft, asked: Ask) -> tuple[Done, ...]:
        """Do what is asked. Raises `LabError` when a client asks for something impossible."""
        if isinstance(asked, Plain):
            self._follow(draft, asked)
            return ()
        if isinstance(asked, Changes):
            fresh = deliverable(draft.known, asked.changes, causal=self._causal)
            return tuple(self._take_over(draft, change) for change in fresh)
        done = self._do(draft, asked)
        if done.error:
            raise done.error
        return (done,)

    def _follow(self, draft: Draft, command: Plain) -> None:
        """Do what is the same on the leader and its followers."""
        if isinstance(command, Confirmed):
            self.storage.confirm(command.peer, command.known)
        elif isinstance(command, Trimmed):
            self._forget(command.up_to)
        else:
            self._merge(draft, command.page)

    def _take_all(self, draft: Draft, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.origin == self._name and change.number:
                self.storage.numbered(change.operation.key, change.number)
            self._absorb(draft, change)

    @contextmanager
    def _recorded(self) -> Iterator[Callable[[], bytes]]:
        """A block whose changes are recorded; the function it yields then returns what undoes them."""
        undo = b""
        session = apsw.Session(self._writer, "main")
        session.table_filter(TABLES.__contains__)
        session.attach()
        try:
            yield lambda: undo
            undo = apsw.Changeset.invert(session.changeset())
        finally:
            session.close()
