"""Reads of registers and sets that show what never came to be: what failed, or what was rolled back.

A replica that shows a write before enough others have it may have to drop it again. So a value that was read
although its write was never acknowledged was *rolled back* if in the end no replica holds it, and no change
that may have come after that read left what they hold. If an acknowledged change may have come after it, that
change may have replaced it, and nothing is claimed.

If the replicas were not read in the end, or had not settled by then, a replica may convict itself: it showed
the value, later shows a state that was over before it, and no read shows the value again. That needs answers
that name their replica.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chaos.checkers._ages import several_values
from chaos.checkers._finals import FinalContents, Holding, premature
from chaos.checkers._keys import ADDS, KeyOperations, elements, left_behind
from chaos.checkers._scope import Scope
from chaos.checkers._words import deed, listed, saw, seconds, sentence, shown, witness_of
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Witness

TOO_SOON = "what none of them showed may still have been on its way"


@dataclass(frozen=True)
class Sight:
    """A read of something whose write was not acknowledged."""

    read: Operation
    write: Operation
    value: bytes


class Rollbacks:
    """The dirty reads of all keys that can be judged; `doubts` say why more may be missed."""

    def __init__(self, history: History, judged: Scope, settled: bool) -> None:
        self._not_the_end = premature(history, settled, TOO_SOON)
        self._finals = FinalContents(history)
        several = [of_key.key for of_key in judged.keys if self._has_several(of_key)]
        self.doubts = [several_values(str(key)) for key in several]
        keys = [of_key for of_key in judged.keys if of_key.key not in several]
        self.witnesses = [witness for of_key in keys for witness in self._of(of_key)]

    def _why(self, of_key: KeyOperations) -> str:
        """Why what the replicas held in the end is no evidence."""
        if not self._finals.nodes:
            return "nobody read the replicas in the end"
        return self._not_the_end or f"{', '.join(self._finals.unread(of_key.key))} may hold anything"

    def _has_several(self, of_key: KeyOperations) -> bool:
        """Whether somebody reads several values of it at once."""
        several = [read.siblings for read in of_key.reads]
        several += [holding.siblings for holding in self._finals.of(of_key.key)]
        return not of_key.is_set and any(each is not None for each in several)

    def _of(self, of_key: KeyOperations) -> Iterator[Witness]:
        failed = {value: change for change in of_key.failed for value in _left(change)}
        acknowledged_last = sorted(of_key.changes, key=lambda change: change.outcome == "ok")
        changes = {value: change for change in acknowledged_last for value in _left(change)}
        for read in of_key.reads:
            for value in _seen(of_key, read):
                change = changes.get(value)
                if change is not None and change.index > read.end:
                    change = None  # it had not even begun
                if change is None and value in failed:
                    yield _of_failed(failed[value], read)
                elif change is None:
                    self.doubts.append(
                        f"read {read.index} of {read.key} shows what nobody had written by then"
                    )
                elif change.outcome != "ok":
                    yield from self._rolled_back(of_key, Sight(read, change, value))

    def _rolled_back(self, of_key: KeyOperations, sight: Sight) -> Iterator[Witness]:
        others = (change for change in of_key.changes if change is not sight.write)
        at_last = max(sight.read.index, sight.write.index)  # what was over by then came before the value
        later = [change for change in others if change.end > at_last]
        if not self._not_the_end and not self._finals.unread(of_key.key):
            holdings = self._finals.of(of_key.key)
            if not _is_explained(of_key, sight, later, [holding.value for holding in holdings]):
                yield _of_rolled_back(sight, holdings)
        elif (last := _recanted(of_key, sight, later)) is None:
            return
        elif last.node is None or last.node != sight.read.node:
            self.doubts.append(
                f"read {sight.read.index} shows what was never acknowledged, read {last.index} what was "
                f"there before, and {self._why(of_key)}"
            )
        else:
            yield _of_recanted(sight, last)


def _left(change: Operation) -> list[bytes]:
    """What shows that this change took effect; a delete shows nothing of its own."""
    value = None if change.f == "cas" and not isinstance(change.value, list) else left_behind(change)
    return [] if value is None else [canonical(value)]


def _seen(of_key: KeyOperations, read: Operation) -> Iterable[bytes]:
    if of_key.is_set:
        return sorted(elements(read.value))
    return [] if read.value is None else [canonical(read.value)]


def _is_explained(
    of_key: KeyOperations, sight: Sight, later: Sequence[Operation], held: Sequence[object]
) -> bool:
    """Is the value still there, or may something that came after it have left what is held?"""
    if of_key.is_set:
        return any(sight.value in elements(value) for value in held) or any(c.f == "delete" for c in later)
    if any(change.outcome == "ok" for change in later):
        return True
    return bool(
        {sight.value, *(canonical(left_behind(change)) for change in later)} & set(map(canonical, held))
    )


def _recanted(of_key: KeyOperations, sight: Sight, later: Sequence[Operation]) -> Operation | None:
    """The first later read that shows what was before, if nobody sees the value from then on."""
    after = [read for read in of_key.reads if sight.read.precedes(read)]
    older = [read for read in after if not _is_explained(of_key, sight, later, [read.value])]
    again = [read for read in after if sight.value in _seen(of_key, read)]
    if not older or any(read.end > older[0].index for read in again):
        return None
    same = [read for read in older if read.node is not None and read.node == sight.read.node]
    return (same or older)[0]


def _of_failed(write: Operation, read: Operation) -> Witness:
    why = f" ({write.error})" if write.error else ""
    what = f"to add {shown(write.value)} to {write.key}" if write.f in ADDS else f"to write {_wanted(write)}"
    return witness_of(sentence(f"process {write.process} failed {what}{why}; but {saw(read)}"), write, read)


def _wanted(write: Operation) -> str:
    return f"{write.key}={shown(left_behind(write))}"


def _of_rolled_back(sight: Sight, holdings: Sequence[Holding]) -> Witness:
    end = f"in the end no replica holds it ({listed(holdings)}), and nothing acknowledged replaced it"
    witness = witness_of(sentence(f"{_story(sight)}; {end}"), sight.write, sight.read)
    ops = {*witness.ops, *(holding.answer.index for holding in holdings)}
    return Witness(tuple(sorted(ops)), witness.text)


def _of_recanted(sight: Sight, last: Operation) -> Witness:
    end = f"then {saw(last)}, as it was before, and nobody ever saw it again"
    return witness_of(sentence(f"{_story(sight)}; {end}"), sight.write, sight.read, last)


def _story(sight: Sight) -> str:
    write = sight.write
    tried = f"process {write.process} tried at {seconds(write.invoked_ns)} that {deed(write)}"
    return f"{tried}, and was never told that it is; {saw(sight.read)}"
