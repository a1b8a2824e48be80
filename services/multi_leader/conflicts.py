"""A conflict, as the log reports it: which versions are concurrent, and what became of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.knowledge import concurrent, covers, dot_of, newest
from services.multi_leader.resolvers import Resolver
from services.multi_leader.resolvers.on_write_handler import OnWriteHandler
from services.store.effects import canonical

LONGEST = 120  # characters of a value in the log


class Conflict(NamedTuple):
    """A conflict on `key`: what readers are now `shown`, and versions that are `lost` though not replaced.

    `complaint` says why the application's handler did not settle it.
    """

    key: str
    shown: tuple[Value, ...]
    lost: tuple[Change, ...]
    complaint: str = ""


def conflict_of(
    held: Sequence[Change], arrived: Change, kept: Sequence[Change], resolver: Resolver
) -> Conflict | None:
    """The conflict that `arrived` causes with the versions `held`, if any; `kept` is what remains."""
    if arrived.merges:
        news = any(version.merges and not covers(arrived, version) for version in held)
        return Conflict(arrived.operation.key, resolver.show(kept), ()) if news else None
    plain = [version for version in held if not version.merges]
    others = [version for version in newest(plain) if concurrent(version, arrived)]
    if not others:
        return None
    counts = [dot_of(version) for version in resolver.count(kept)]
    lost = tuple(version for version in (*others, arrived) if dot_of(version) not in counts)
    complaint = resolver.complaint(kept) if isinstance(resolver, OnWriteHandler) else ""
    return Conflict(arrived.operation.key, resolver.show(kept), lost, complaint)


def tell(say: Callable[..., None], conflict: Conflict, by: str) -> None:
    """Log one line: what was kept, and what was lost and whose it was; or that all versions are there."""
    if conflict.complaint:
        say("handler-failed", key=conflict.key, reason=_cut(conflict.complaint))
    kept = _cut(" ".join(map(_text_of, conflict.shown)) or "(deleted)")
    if conflict.lost:
        lost = _cut(" ".join(map(_shown, conflict.lost)))
        whose = " ".join(each.origin for each in conflict.lost)
        say("conflict-resolved", key=conflict.key, kept=kept, by=by, lost=lost, of=whose)
    else:
        event = "conflict-recorded" if len(conflict.shown) > 1 else "conflict-merged"
        say(event, key=conflict.key, kept=kept, by=by)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _shown(version: Change) -> str:
    operation = version.operation
    return "(deleted)" if operation.f == "delete" else _text_of(operation.value)


def _text_of(value: Value) -> str:
    return value if isinstance(value, str) else canonical(value)
