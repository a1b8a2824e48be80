"""What each replica held in the end, key by key, as far as it could be read."""

from functools import cached_property
from typing import NamedTuple

from chaos.checkers._consumers import CONSUMERS
from chaos.checkers._keys import UnreadableError
from chaos.history import Event, History, Key, Operation


class Holding(NamedTuple):
    """What replica `node` holds under one key (None or an empty list: nothing), and the read that says so."""

    node: str
    value: object
    asked: Event
    answer: Event

    @property
    def siblings(self) -> list[object] | None:
        """All its values, where it holds several."""
        return self.answer.siblings

    @property
    def values(self) -> list[object]:
        """What it holds as a register: its siblings, else its one value, else nothing."""
        values = [self.value] if self.siblings is None else self.siblings
        return [value for value in values if value is not None]

    @property
    def read(self) -> Operation:
        """That read, as an operation."""
        return Operation.of(self.asked, self.answer)


class FinalContents:
    """The final reads of a history, by replica.

    A replica is known from any attempt to read it, and from its answers to clients: it may never have been
    read in the end. A key it was not asked for is absent when it listed its keys without that one, else
    unknown. Where the keys are shared out over partitions, a key belongs to the replicas of the partition
    in which somebody holds it; should it be held in two, to those of both.
    """

    def __init__(self, history: History) -> None:
        self._reads: dict[str, dict[Key | None, tuple[Event, Event]]] = {}
        self._partitions: dict[str, int | None] = {}
        self._asked: dict[Key, None] = {}
        for read, answer in history.final_pairs:
            node = str((answer and answer.node) or read.node)
            if read.key is not None:
                self._asked[read.key] = None
            of_node = self._reads.setdefault(node, {})
            if answer is not None and answer.type == "ok":
                of_node[read.key] = read, answer
                self._partitions[node] = answer.partition
        self.never_read = tuple(node for node in _answerers(history) if node not in self._reads)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Every replica that was read or should have been, in order of name."""
        return tuple(sorted(self._reads))

    @cached_property
    def _is_shared_out(self) -> bool:
        """Whether the replicas that were read are of several partitions."""
        return len(set(self._partitions.values())) > 1

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The replicas that answered no final read at all."""
        return tuple(node for node in self.nodes if not self._reads[node])

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key that some replica was asked for or lists, in the order of the reads."""
        keys = dict(self._asked)
        for reads in self._reads.values():
            keys |= dict.fromkeys(_listed(reads[None][1]) if None in reads else ())
        return tuple(keys)

    def of(self, key: Key) -> tuple[Holding, ...]:
        """What the replicas hold under `key`, of those of which it is known, in order of name."""
        known = self._known(key)
        if not self._is_shared_out:
            return known
        homes = {
            self._partitions[holding.node]
            for holding in known
            if holding.siblings or holding.value not in (None, [])
        }
        return tuple(each for each in known if not homes or self._partitions[each.node] in homes)

    def unread(self, key: Key) -> tuple[str, ...]:
        """The replicas of which nobody knows what they hold under `key`, those never read included."""
        read = {holding.node for holding in self._known(key)}
        return (*(node for node in self.nodes if node not in read), *self.never_read)

    def _known(self, key: Key) -> tuple[Holding, ...]:
        return tuple(each for node in self.nodes if (each := self._holding(node, key)) is not None)

    def _holding(self, node: str, key: Key) -> Holding | None:
        reads = self._reads[node]
        if key in reads:
            asked, answer = reads[key]
            return Holding(node, answer.value, asked, answer)
        listed = reads.get(None)
        if listed is None or key in _listed(listed[1]):
            return None
        return Holding(node, None, *listed)


def _listed(answer: Event) -> list[Key]:
    """The keys in an answer to "which keys are there?". Raises `UnreadableError`."""
    keys = [] if answer.value is None else answer.value
    if not isinstance(keys, list) or not all(isinstance(key, str | int) for key in keys):
        raise UnreadableError(f"event {answer.index} must list the keys of {answer.node}, not {keys!r}")
    return keys


def _answerers(history: History) -> list[str]:
    """The replicas that answered clients, in order of name; consumers beside the cluster are none.

    Neither is a cache, which cannot say how far it is: its answers have no position, and no epoch (or 0).
    """
    answered = (op for op in history.client_operations if op.outcome == "ok" and op.node is not None)
    replicas = (op for op in answered if op.epoch or (op.epoch is None and op.position is not None))
    return sorted({str(op.node) for op in replicas if not str(op.key).startswith(CONSUMERS)})


def premature(history: History, settled: bool, otherwise: str) -> str | None:
    """Why the final reads are not the end of the story; None when they are.

    They are when nothing was acknowledged after them, and the cluster had `settled` before them: what is on
    its way may change what they show, and `otherwise` says how.
    """
    if not settled:
        return f"the cluster had not settled when its replicas were read: {otherwise}"
    if not history.final_pairs:
        return "the history has no final reads of the replicas' contents"
    begin, _ = history.final_pairs[0]
    for operation in history.client_operations:
        if operation.outcome == "ok" and operation.end > begin.index and operation.f != "read":
            return (
                f"operation {operation.index} was acknowledged after the final reads had begun "
                f"(event {begin.index})"
            )
    return None
