"""Which arriving changes a leader takes now, as a plain function of what it knows.

Links differ, so a change may overtake one on which it depends: an answer arrives before its question, an
update before its insert. *Causal delivery* holds a change back until everything has arrived that its origin
knew when it took the change (Birman, Joseph: Reliable Communication in the Presence of Failures, 1987). A
timestamp cannot do that: it says which of two is older, but not whether an older one is still under way.
"""

from collections.abc import Iterator, Mapping, Sequence

from services.messages.multi_leader import Change
from services.versions import vectors


def deliverable(known: Mapping[str, int], changes: Sequence[Change], *, causal: bool) -> list[Change]:
    """Those of `changes` that are new and whose turn it is, in their order.

    The changes of each origin come in its order. A known change may come again after a lost answer. After a
    gap nothing of that origin is taken, and the answer tells the sender where to begin again. A transaction
    is taken whole or not at all.
    """
    counts, fresh = dict(known), list[Change]()
    for whole in _transactions(changes):
        first = whole[0]
        is_next = first.sequence == counts.get(first.origin, 0) + 1
        if is_next and (not causal or vectors.covers(counts, first.after)):
            counts[first.origin] = whole[-1].sequence
            fresh += whole
    return fresh


def _transactions(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes grouped by transaction; an incomplete one is left out."""
    whole: list[Change] = []
    for change in changes:
        if whole and (change.origin, change.sequence) != (whole[-1].origin, whole[-1].sequence + 1):
            whole = []
        whole.append(change)
        if not change.more:
            yield whole
            whole = []
