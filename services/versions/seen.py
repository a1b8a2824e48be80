"""What a client or node has seen of a key's writes: comparing it, joining it, and writing it as a context.

A version vector has a number for each home: all its writes up to that number are known (Parker et al. 1983).
It cannot say that the third was seen and the second was not. A dotted version vector can (Preguiça, Baquero
et al. 2010): beside the numbers it keeps single writes, the dots.
"""

from collections.abc import Iterable

import msgspec

from services.errors import LabError
from services.messages.versions import NOTHING, Dot, Seen, Versions

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Seen)


def has(seen: Seen, dot: Dot) -> bool:
    """Was this write seen?"""
    return dot.count <= seen.upto.get(dot.by, 0) or dot in seen.dots


def includes(seen: Seen, other: Seen) -> bool:
    """Does `seen` include everything in `other`? (It dominates `other`, or both are equal.)"""
    upto = all(_all_up_to(seen, by, count) for by, count in other.upto.items())
    return upto and all(has(seen, dot) for dot in other.dots)


def joined(one: Seen, other: Seen, *dots: Dot) -> Seen:
    """The union of both, and these writes."""
    upto = dict(one.upto)
    for by, count in other.upto.items():
        upto[by] = max(upto.get(by, 0), count)
    beyond: list[Dot] = []
    for dot in sorted({*one.dots, *other.dots, *dots}):
        if dot.count == upto.get(dot.by, 0) + 1:
            upto[dot.by] = dot.count
        elif dot.count > upto.get(dot.by, 0):
            beyond.append(dot)
    return Seen(dict(sorted(upto.items())), tuple(beyond))


def newest_number(by: str, everything: Iterable[Seen]) -> int:
    """The largest number of a write of `by` in any of them; 0 if there is none."""
    largest = 0
    for seen in everything:
        largest = max(largest, seen.upto.get(by, 0), *(dot.count for dot in seen.dots if dot.by == by), 0)
    return largest


def is_obsolete(held: Versions, context: Seen, by: str) -> bool:
    """Does `context` lack the newest write among those in `held` that `by` has numbered?"""
    return newest_number(by, [of_versions(held)]) > newest_number(by, [context])


def of_versions(versions: Versions) -> Seen:
    """What a reader has seen that was shown these versions."""
    result = NOTHING
    for version in versions:
        result = joined(result, version.past, *([version.dot] if version.dot else ()))
    return result


def as_context(seen: Seen) -> str:
    """`seen` as a client carries it; empty if nothing was seen."""
    return _encoder.encode(seen).decode() if seen != NOTHING else ""


def from_context(context: str) -> Seen:
    """What `as_context` wrote. Raises `LabError` bad-request."""
    if not context:
        return NOTHING
    try:
        return _decoder.decode(context)
    except msgspec.ValidationError as error:
        raise _no_context(context) from error
    except msgspec.DecodeError as error:
        raise _no_context(context) from error


def _all_up_to(seen: Seen, by: str, count: int) -> bool:
    known = seen.upto.get(by, 0)
    return all(has(seen, Dot(by, number)) for number in range(known + 1, count + 1))


def _no_context(context: str) -> LabError:
    text = f"a context is what an earlier answer about this key gave, not {context[:60]!r}"
    return LabError("bad-request", text)
