"""The laws of vectors and dotted pasts, for whatever values they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LabError
from services.versions import dotted, vectors
from services.versions.dotted import Dot, Past

NODES = st.sampled_from(["n1", "n2", "n3.b-c"])
VECTORS = st.dictionaries(NODES, st.integers(0, 5))
DOTS = st.lists(st.builds(Dot, NODES, st.integers(1, 8)), max_size=6).map(tuple)
PASTS = st.builds(dotted.past_of, VECTORS, DOTS)


@given(VECTORS, VECTORS, VECTORS)
def test_vectors_merge_to_the_least_that_covers_both(
    one: dict[str, int], other: dict[str, int], third: dict[str, int]
) -> None:
    both = vectors.merged(one, other)
    assert vectors.covers(both, one) and vectors.covers(both, other)
    assert both == vectors.merged(other, one)
    assert vectors.merged(both, third) == vectors.merged(one, vectors.merged(other, third))
    if vectors.covers(third, one) and vectors.covers(third, other):
        assert vectors.covers(third, both)


@given(VECTORS, VECTORS)
def test_equal_knowledge_has_equal_texts(one: dict[str, int], other: dict[str, int]) -> None:
    alike = vectors.covers(one, other) and vectors.covers(other, one)
    assert (vectors.text_of(one) == vectors.text_of(other)) == alike


@given(PASTS, PASTS, PASTS)
def test_pasts_merge_like_sets(one: Past, other: Past, third: Past) -> None:
    assert one.merged(one) == one
    assert one.merged(other) == other.merged(one)
    assert one.merged(other).merged(third) == one.merged(other.merged(third))


@given(PASTS, PASTS, st.builds(Dot, NODES, st.integers(1, 9)))
def test_a_merged_past_knows_what_either_knew_and_nothing_else(one: Past, other: Past, dot: Dot) -> None:
    assert one.merged(other).knows(dot) == (one.knows(dot) or other.knows(dot))


@given(PASTS, st.builds(Dot, NODES, st.integers(1, 9)), st.builds(Dot, NODES, st.integers(1, 9)))
def test_a_dot_more_is_one_version_more(past: Past, dot: Dot, asked: Dot) -> None:
    assert past.with_dot(dot).knows(asked) == (past.knows(asked) or asked == dot)


@given(PASTS)
def test_a_past_is_read_back_from_its_text(past: Past) -> None:
    assert dotted.past_in(str(past)) == past


@pytest.mark.parametrize("text", ["n1", "n1:0", "n1:-1", "n1:1,", ":1", "n1+", "2.118", "n1:1 n2:1"])
def test_a_text_from_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(LabError, match="was not given by this cluster"):
        dotted.past_in(text)
