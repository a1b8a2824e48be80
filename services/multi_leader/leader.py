"""What one leader knows and decides: it stamps clients' writes, takes others' changes, keeps versions.

Everything here happens in transactions of the storage, on the disk's own thread, one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import structs

from services.errors import LabError
from services.messages import Operation, Value, Write
from services.messages.multi_leader import Change, CopyPage, Step, Transact
from services.messages.versions import Stamp
from services.multi_leader.conflicts import Conflict, conflict_of
from services.multi_leader.copying import is_new
from services.multi_leader.delivery import deliverable
from services.multi_leader.knowledge import dot_of, past_of_all
from services.multi_leader.numbering import has_numbered
from services.multi_leader.resolvers import Resolvers
from services.multi_leader.steps import effect_of, is_merging, operation_of, seen_by_a_step
from services.multi_leader.storage import Storage
from services.ports import Clock
from services.versions import dotted
from services.versions.dotted import Dot, Past
from services.versions.hybrid_clock import HybridClock


class Done(NamedTuple):
    """What came of a client's write or transaction, or of one change that arrived.

    `results` belong to a transaction's steps; `by` is what settled the conflicts, if not the resolver.
    """

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    results: tuple[Value, ...] = ()
    error: LabError | None = None
    by: str | None = None


@dataclass
class Draft:
    """What will be known once the transaction is durable; `told` has the conflicts of the current request."""

    known: dict[str, int]
    conflicts: int
    told: list[Conflict] = field(default_factory=list)


class Leader:
    """`known` is the vector of all changes that are durable here.

    With `tagless_hops`, changes have no origin: an arriving change counts as new, up to that many times.
    `uploads` has the homes of devices that overwrite: what such a device sends counts only at its home, as
    if written there by a client that had seen all that is there. `stamps` replaces the clock for stamps.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        storage: Storage,
        resolvers: Resolvers,
        *,
        causal: bool = False,
        tagless_hops: int | None = None,
        uploads: Mapping[str, str] | None = None,
        stamps: HybridClock | None = None,
    ) -> None:
        self.storage, self.resolvers = storage, resolvers
        self._causal, self._tagless_hops, self._uploads = causal, tagless_hops, uploads or {}
        self._name, self._clock = name, stamps or HybridClock(clock.wall)
        self.known, time_us, self.conflicts = storage.recovered()
        self._clock.saw(time_us)
        self.siblings, self.floors = storage.siblings(), storage.floors()

    def write_all(self, asked: Sequence[Write | Transact]) -> list[Done]:
        """Do what clients ask, in one transaction, durable on return. Writes, so it blocks."""
        draft = self._draft()
        with self.storage.transaction():
            done = [self._do(draft, each) for each in asked]
            self.storage.count_conflicts(draft.conflicts)
        self._settle(draft)
        return done

    def take(self, changes: Sequence[Change]) -> list[Done]:
        """Take over new changes of another leader, durable on return. Writes, so it blocks."""
        fresh = deliverable(self.known, changes, causal=self._causal)
        if not fresh:
            return []
        draft = self._draft()
        with self.storage.transaction():
            done = [self._take_over(draft, change) for change in fresh]
            self.storage.count_conflicts(draft.conflicts)
        self._settle(draft)
        return done

    def merge(self, page: CopyPage) -> None:
        """Take over what is new on a page of another leader's copy, durable on return. Blocks."""
        draft = self._draft()
        with self.storage.transaction():
            self._merge(draft, page)
        self._settle(draft)
        self.floors = self.storage.floors()

    def trim(self, up_to: Mapping[str, int]) -> None:
        """Drop each origin's changes up to these numbers: all leaders have them. Writes, so it blocks."""
        with self.storage.transaction():
            self._forget(up_to)
        self.floors = self.storage.floors()

    def _draft(self) -> Draft:
        return Draft(dict(self.known), self.conflicts)

    def _settle(self, draft: Draft) -> None:
        self.known, self.conflicts = draft.known, draft.conflicts
        self.siblings = self.storage.siblings()

    def _do(self, draft: Draft, asked: Write | Transact) -> Done:
        """Do one request, whole or not at all."""
        trying = Draft(dict(draft.known), draft.conflicts)
        try:
            if isinstance(asked, Write):
                done = self._write(trying, asked)
            else:
                with self.storage.transaction():  # a savepoint in the open transaction
                    done = self._transact(trying, asked.steps)
        except LabError as error:
            return Done(error=error)
        draft.known, draft.conflicts = trying.known, trying.conflicts
        return done._replace(conflicts=tuple(trying.told))

    def _write(self, draft: Draft, write: Write) -> Done:
        operation = write.operation
        if operation.f == "add" and is_merging(self.resolvers.of(operation.key)):
            return self._transact(draft, [Step("add", operation.key, operation.value)])
        past = self._past_of(operation.key, write.context)
        return Done((self._make(draft, operation, past, Stamp(self._clock.now_us(), self._name)),))

    def _transact(self, draft: Draft, steps: Sequence[Step]) -> Done:
        """All changes have one stamp: if two transactions conflict on several rows, one wins them all."""
        stamp = Stamp(self._clock.now_us(), self._name)
        changes, results = list[Change](), list[Value]()
        left = sum(step.f != "read" for step in steps)
        for step in steps:
            held = self.storage.held(step.key)
            seen = seen_by_a_step(self.resolvers.of(step.key).show(held))
            results.append(seen if step.f == "read" else None)
            if step.f != "read":
                left -= 1
                changes.append(self._step(draft, step, held, seen, stamp, left))
        return Done(tuple(changes), results=tuple(results))

    def _step(
        self, draft: Draft, step: Step, held: Sequence[Change], seen: Value, stamp: Stamp, left: int
    ) -> Change:
        """The change that this step makes; `left` more will follow."""
        knows_nothing = step.f == "assign"  # so that both values are kept
        by_default = dotted.NOTHING if knows_nothing else past_of_all(held)
        past = self._past_of(step.key, step.context, by_default)
        if step.f in ("put", "append"):
            return self._make(draft, operation_of(step, seen), past, stamp, more=left)
        dot = Dot(self._name, self.storage.number(step.key) + 1)
        place = stamp.time_us, draft.known.get(self._name, 0) + 1
        operation = effect_of(step, self.resolvers.of(step.key), held, dot, past, place)
        return self._make(draft, operation, past, stamp, more=left, merges=True)

    def _make(
        self,
        draft: Draft,
        operation: Operation,
        past: str,
        stamp: Stamp,
        *,
        more: int = 0,
        merges: bool = False,
    ) -> Change:
        """A new change of this leader, already absorbed."""
        change = Change(
            origin=self._name,
            sequence=draft.known.get(self._name, 0) + 1,
            operation=operation,
            stamp=stamp,
            number=self.storage.next_number(operation.key) if operation.f != "add" else 0,
            past=past,
            after={node: count for node, count in draft.known.items() if node != self._name},
            more=more,
            merges=merges,
        )
        self._absorb(draft, change)
        return change

    def _take_over(self, draft: Draft, change: Change) -> Done:
        draft.told = []
        arrived = structs.replace(change, path=(*change.path, self._name))
        if change.origin in self._uploads:
            return self._take_upload(draft, arrived)
        if self._tagless_hops is None:
            self._absorb(draft, arrived)
            return Done((arrived,), tuple(draft.told))
        draft.known[change.origin] = change.sequence
        self.storage.log(change)  # under its origin; its effect comes from a change of this leader
        if len(arrived.path) > self._tagless_hops:
            return Done((change,))
        taken = self._as_if_new(draft, arrived)
        self._absorb(draft, taken)
        return Done((taken,), tuple(draft.told))

    def _take_upload(self, draft: Draft, arrived: Change) -> Done:
        """The last sync wins, whether or not its user had seen what is lost by that."""
        draft.known[arrived.origin] = arrived.sequence
        self.storage.log(arrived)
        if self._uploads[arrived.origin] != self._name:
            return Done((arrived,))
        taken = self._as_if_new(draft, arrived)
        past = dotted.merged([dotted.past_in(taken.past), dotted.past_in(arrived.past)])
        taken = structs.replace(taken, past=str(past.with_dot(dot_of(arrived))), path=())
        held = self.storage.held(taken.operation.key)
        self._absorb(draft, taken)
        unseen = structs.replace(taken, past=arrived.past)
        conflict = conflict_of(held, unseen, (taken,), self.resolvers.of(taken.operation.key))
        draft.conflicts += conflict is not None
        return Done((taken,), (conflict,) if conflict else (), by="overwrite-on-sync")

    def _as_if_new(self, draft: Draft, arrived: Change) -> Change:
        """What arrived, as if a client that had seen all that is here had written it at this leader."""
        key = arrived.operation.key
        return structs.replace(
            arrived,
            origin=self._name,
            sequence=draft.known.get(self._name, 0) + 1,
            stamp=Stamp(self._clock.now_us(), self._name),
            number=self.storage.next_number(key) if arrived.operation.f != "add" else 0,
            past=str(past_of_all(self.storage.held(key))),
        )

    def _past_of(self, key: str, context: str, by_default: Past | None = None) -> str:
        """What the writer knew of the key. Raises `LabError` bad-request for a context from elsewhere."""
        past = dotted.past_in(context)
        if not context and by_default is not None:
            past = by_default
        elif not context and self.resolvers.of(key).blind_replaces:
            past = past_of_all(self.storage.held(key))
        if past.knows(Dot(self._name, self.storage.number(key) + 1)):
            raise LabError("bad-request", "the context knows of a write that never was; read the key again")
        return str(past)

    def _merge(self, draft: Draft, page: CopyPage) -> None:
        """See `copying`. What is known only from a copy cannot be handed on as changes."""
        for element in page.elements:
            self.storage.add(Operation("add", element.key, element.value))
        for version in page.versions:
            key = version.operation.key
            held, resolver = self.storage.held(key), self.resolvers.of(key)
            self._recall(key, version)
            if is_new(version, held, keeps_history=resolver.keeps_history):
                kept = resolver.keep(held, version)
                self.storage.replace(key, kept, len(resolver.count(kept)))
            self._clock.saw(version.stamp.time_us)
        for origin, sequence in page.knows.items():
            if sequence > draft.known.get(origin, 0):
                draft.known[origin] = sequence
                self.storage.forget(origin, sequence, page.time_us)
                if origin == self._name:
                    self.storage.number_all(sequence)  # no version has a larger number

    def _recall(self, key: str, version: Change) -> None:
        """With a new disk: give no number again that the writer of `version` had seen from this leader."""
        if has_numbered(self._name, self):
            return
        number = dotted.past_in(version.past).newest_of(self._name)
        if number > self.storage.number(key):
            self.storage.numbered(key, number)

    def _forget(self, up_to: Mapping[str, int]) -> None:
        for origin, sequence in up_to.items():
            self.storage.forget(origin, sequence)

    def _absorb(self, draft: Draft, change: Change) -> None:
        """Log it, and keep what the resolver says for its key; count and report a conflict."""
        draft.known[change.origin] = change.sequence
        self._clock.saw(change.stamp.time_us)
        self.storage.log(change)
        if change.operation.f == "add":
            self.storage.add(change.operation)
            return
        key = change.operation.key
        self._recall(key, change)
        held = self.storage.held(key)
        if any(dot_of(each) == dot_of(change) for each in held):
            return  # it came before, with a copy whose sender knew more than the last page says
        resolver = self.resolvers.of(key)
        kept = resolver.keep(held, change)
        self.storage.replace(key, kept, len(resolver.count(kept)))
        conflict = conflict_of(held, change, kept, resolver)
        if conflict is not None:
            draft.conflicts += 1
            draft.told.append(conflict)
