"""Which replicas should have a copy of a key: all, those of its partition, or its homes on the ring."""

from collections.abc import Mapping

from chaos.history import Key, Operation
from chaos.report.cast import cast_of
from chaos.report.leaderless import USUAL_N
from chaos.report.saved import Saved
from services.groups.ring import ring_of


class Copies:
    """The final reads of a key's copies; `holders` says in words which nodes have them, if not all."""

    def __init__(self, saved: Saved, held: Mapping[Key, Mapping[str, Operation]]) -> None:
        options = saved.about.get("options", {})
        replicas = cast_of(saved).replicas
        self._held, self._n = held, int(options.get("n", USUAL_N))
        has_homes = options.get("family") == "leaderless" and len(replicas) > self._n
        self._ring = ring_of(replicas) if has_homes else None
        self.holders = "their homes" if has_homes else "a partition" if saved.partitions else ""

    def of(self, key: Key) -> Mapping[str, Operation]:
        """What each replica shows of it; a replica that is not a home and has nothing lacks nothing."""
        reads = self._held[key]
        if self._ring is None:
            return reads
        homes = self._ring.preference(str(key), self._n)
        return {node: read for node, read in reads.items() if node in homes or not _is_empty(read)}


def _is_empty(read: Operation) -> bool:
    return read.value is None and not read.siblings
