"""What each replica held in the end, key by key, as far as it could be read."""

from functools import cached_property
from typing import NamedTuple

from chaos.history import Event, History, Key, Operation


class Holding(NamedTuple):
    """What replica `node` holds under one key (None or an empty list: nothing), and the read that says so."""

    node: str
    value: object
    asked: Event
    answer: Event

    @property
    def read(self) -> Operation:
        """That read, as an operation."""
        return Operation.of(self.asked, self.answer)


class FinalContents:
    """The final reads of a history, by replica.

    A replica is known from any attempt to read it. A key it was not asked for is absent when it listed
    its keys without that one, else unknown. Where the keys are shared out over partitions, a key belongs to
    the replicas of the partition in which somebody holds it; should it be held in two, to those of both.
    """

    def __init__(self, history: History) -> None:
        self._reads: dict[str, dict[Key | None, tuple[Event, Event]]] = {}
        self._partitions: dict[str, int | None] = {}
        for read, answer in history.final_pairs:
            node = str((answer or read).node)
            of_node = self._reads.setdefault(node, {})
            if answer is not None and answer.type == "ok":
                of_node[read.key] = read, answer
                self._partitions[node] = answer.partition

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
        """Every key that some replica was read for or lists, in the order of the reads."""
        keys: dict[Key, None] = {}
        for reads in self._reads.values():
            keys |= dict.fromkeys(key for key in reads if key is not None)
            keys |= dict.fromkeys(reads[None][1].value if None in reads else ())
        return tuple(keys)

    def of(self, key: Key) -> tuple[Holding, ...]:
        """What the replicas hold under `key`, of those of which it is known, in order of name."""
        known = self._known(key)
        if not self._is_shared_out:
            return known
        homes = {self._partitions[holding.node] for holding in known if holding.value not in (None, [])}
        return tuple(each for each in known if not homes or self._partitions[each.node] in homes)

    def unread(self, key: Key) -> tuple[str, ...]:
        """The replicas of which nobody knows what they hold under `key`."""
        read = {holding.node for holding in self._known(key)}
        return tuple(node for node in self.nodes if node not in read)

    def _known(self, key: Key) -> tuple[Holding, ...]:
        return tuple(each for node in self.nodes if (each := self._holding(node, key)) is not None)

    def _holding(self, node: str, key: Key) -> Holding | None:
        reads = self._reads[node]
        if key in reads:
            asked, answer = reads[key]
            return Holding(node, answer.value, asked, answer)
        listed = reads.get(None)
        if listed is None or key in listed[1].value:
            return None
        return Holding(node, None, *listed)


def premature(history: History) -> str | None:
    """Why the final reads are not the end of the history; None when nothing was acknowledged after them."""
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
