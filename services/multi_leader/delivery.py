"""Which of the changes that arrive a leader takes now, as a plain function of what it knows.

Links differ, so a change may overtake one on which it depends: an answer arrives before its question, an
update before its insert. *Causal delivery* holds it back until everything is here that its leader knew when
it took it (Birman, Joseph: Reliable Communication in the Presence of Failures, 1987). A time stamp cannot
do that: it says which of two is the older, but not whether an older one is still on its way.
"""

from collections.abc import Iterator, Mapping, Sequence

from services.messages.multi_leader import Change
from services.versions import vectors


def deliverable(known: Mapping[str, int], changes: Sequence[Change], *, causal: bool) -> list[Change]:
    """Those of `changes` that are new and whose turn it is, in their order.

    Of each origin they come in its order. One that is known already may come again after a lost answer;
    after a gap nothing of that origin is taken, and the sender learns from the answer where to begin again.
    A transaction is taken whole or not at all.
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
    """The changes that belong together; what is incomplete is left out."""
    whole: list[Change] = []
    for change in changes:
        if whole and (change.origin, change.sequence) != (whole[-1].origin, whole[-1].sequence + 1):
            whole = []
        whole.append(change)
        if not change.more:
            yield whole
            whole = []
