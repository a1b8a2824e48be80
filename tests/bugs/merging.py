"""Mistakes in values that are merged; the parts of wiki pages, changed on both sides of a cut, show each."""

from typing import Any
from unittest.mock import patch

from services.multi_leader.crdts import counter, observed, sequence
from services.multi_leader.crdts.counter import Counter
from services.multi_leader.crdts.observed import Observed
from services.multi_leader.crdts.sequence import Sequence
from services.multi_leader.resolvers.three_way_merge import History
from services.multi_leader.texts import diff3
from services.multi_leader.texts.diff3 import Chunk
from services.versions.dotted import Dot, Past
from tests.bugs.planted import Hunt, bug, by_script

PARTS = Hunt("write-conflict:crdt", "lost-write", by_script)
PAGES = Hunt("write-conflict:three-way-merge", "lost-write", by_script)
REMOVED = Hunt("write-conflict:crdt", "deleted-item-returns", by_script)


@bug(PARTS)
def all_leaders_count_in_one_and_the_same_sum() -> Any:
    def increment(state: Counter, node: str, by: int) -> Counter:
        up, down = state.get("all", (0, 0))
        return {"all": (up + max(by, 0), down + max(-by, 0))}

    return patch.object(counter, "increment", increment)


@bug(PARTS)
def whoever_adds_to_a_set_replaces_all_that_he_knew_of_it() -> Any:
    def replaced(state: Observed, name: str, known: Past) -> Past:
        return known

    return patch.object(observed, "_replaced", replaced)


@bug(PARTS)
def what_was_inserted_behind_a_removed_element_goes_with_it() -> Any:
    real = sequence.values

    def values(state: Sequence) -> list[Any]:
        kept = {at: each for at, each in state.elements.items() if at not in state.gone}
        return real(Sequence(kept, state.gone))

    return patch.object(sequence, "values", values)


@bug(REMOVED)
def who_removes_an_element_removes_what_his_own_leader_added_of_it() -> Any:
    real = observed.remove

    def remove(state: Observed, name: str, dot: Dot, known: Past) -> Observed:
        own = tuple(each for each in known.vector if each[0] == dot.node)
        return real(state, name, dot, Past(own))

    return patch.object(observed, "remove", remove)


@bug(PAGES)
def where_both_changed_the_same_lines_the_first_counts() -> Any:
    def marked(chunk: Chunk, names: tuple[str, str]) -> list[str]:
        return list(chunk.ours)

    return patch.object(diff3, "marked", marked)


@bug(PAGES)
def the_merge_base_is_what_one_of_the_sides_came_from() -> Any:
    """Also if the other had never heard of it: what is new there is taken for deleted."""
    real = History._merge

    def merge(self: History, ours: Any, theirs: Any) -> Any:
        *before, _ = (dot for dot in self._versions if dot in ours.versions)
        return real(self, ours, theirs._replace(versions=theirs.versions | {*before}))

    return patch.object(History, "_merge", merge)
