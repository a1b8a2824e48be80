"""What became of each author's intent: is what they wrote there, and is what they took out gone?

A write is *lost* when something that it brought in is shown by no leader, and nobody who knew it took it out.
An intent is *kept* when that is not so, and nothing that its author knew and left out is shown any more.
Texts are compared line by line, with pieces joined by `/` as lines, and without the markers of conflicts.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chaos.tournament.recorded import Write
from chaos.tournament.replay import Replayed
from services.messages import Value
from services.store.effects import canonical

MARKER = re.compile(r"(<<<<<<<|>>>>>>>) .*|=======").fullmatch


class Score(NamedTuple):
    """Of so many `told` that their write is done, how many lost it, and how many intents were kept."""

    told: int
    lost: int
    intents_kept: int


def score(writes: Sequence[Write], replayed: Replayed) -> Score:
    """See `Score`."""
    shown: dict[str, dict[str, None]] = {}
    for of_leader in replayed.shown.values():
        for key, values in of_leader.items():
            shown.setdefault(key, {}).update(parts(values))
    told = [write for write in writes if write.told]
    lost = [write for write in told if _is_lost(write, writes, shown.get(write.change.operation.key, {}))]
    kept = [
        write
        for write in told
        if write not in lost and not _comes_back(write, writes, shown.get(write.change.operation.key, {}))
    ]
    return Score(len(told), len(lost), len(kept))


def conflicting(writes: Sequence[Write]) -> int:
    """How many of them knew nothing of another one of their key, which knew nothing of them."""
    return sum(
        any(
            one.change.operation.key == other.change.operation.key
            and one.number not in other.knew
            and other.number not in one.knew
            for other in writes
            if other is not one
        )
        for one in writes
    )


def parts(values: Iterable[Value]) -> dict[str, None]:
    """The lines that these are made of."""
    return {line: None for value in values for line in lines_of(value)}


def lines_of(value: Value) -> list[str]:
    """The lines of one value, each once, in their order."""
    pieces = value if isinstance(value, list) else [value]
    texts = (piece if isinstance(piece, str) else canonical(piece) for piece in pieces)
    lines = (line for text in texts for line in re.split("[\n/]", text))
    return list(dict.fromkeys(line for line in lines if line and not MARKER(line)))


def _own(write: Write) -> dict[str, None]:
    operation = write.change.operation
    return parts([operation.value]) if operation.f == "put" else {}


def _seen(write: Write, writes: Sequence[Write]) -> dict[str, None]:
    """What was there for its author: what those brought in that he knew, less what they took out."""
    heads = [n for n in sorted(write.knew) if not any(n in writes[other].knew for other in write.knew)]
    return {part: None for number in heads for part in _own(writes[number])}


def _is_lost(write: Write, writes: Sequence[Write], shown: dict[str, None]) -> bool:
    seen = _seen(write, writes)
    later = [other for other in writes if write.number in other.knew]
    return any(
        part not in shown and all(part in _own(other) for other in later)
        for part in _own(write)
        if part not in seen
    )


def _comes_back(write: Write, writes: Sequence[Write], shown: dict[str, None]) -> bool:
    own = _own(write)
    return any(part in shown for part in _seen(write, writes) if part not in own)
