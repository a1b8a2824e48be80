"""Where keys lie: as in Redis Cluster, whose slots of these keys are known; and who holds what."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LabError
from services.groups.partitions import fellows, groups, hashed_part, number_of, partition_of, slot
from services.node import must_fit
from services.settings import NodeSettings
from services.settings.single_leader import SingleLeaderSettings

LAYOUT = (("n1", "n2"), ("n3",))
SHARED_OUT = SingleLeaderSettings(partitions=LAYOUT, coordination="election")


@pytest.mark.parametrize(
    ("key", "expected"),
    [("foo", 12182), ("bar", 5061), ("123456789", 12739), ("{user1000}.following", 3443), ("user1000", 3443)],
)
def test_slots_are_those_of_redis(key: str, expected: int) -> None:
    assert slot(key) == expected


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("foo", "foo"),
        ("{thread-7}:question", "thread-7"),
        ("a{b}c{d}", "b"),
        ("foo{}{bar}", "foo{}{bar}"),
        ("foo{{bar}}zap", "{bar"),
        ("foo{bar", "foo{bar"),
        ("foo}bar{", "foo}bar{"),
        ("}{x}", "x"),
        ("{}", "{}"),
        ("ключ{ы}", "ы"),
    ],
)
def test_only_the_first_tag_with_something_in_it_is_hashed(key: str, part: str) -> None:
    assert hashed_part(key) == part


@given(st.text(), st.text(alphabet="abc-17", min_size=1), st.text(), st.integers(1, 9))
def test_a_tag_keeps_together(one: str, tag: str, other: str, count: int) -> None:
    keys = [f"{{{tag}}}{one}", f"{{{tag}}}{other}", tag]
    assert len({partition_of(key, count) for key in keys}) == 1
    assert 1 <= partition_of(keys[0], count) <= count


def test_every_partition_gets_its_share() -> None:
    homes = [partition_of(f"x{number}", 4) for number in range(4000)]
    assert all(800 < homes.count(number) < 1200 for number in (1, 2, 3, 4))


def test_who_holds_what() -> None:
    replicas = ("n1", "n2", "n3")
    assert groups((), replicas) == (replicas,)
    assert groups(LAYOUT, replicas) == LAYOUT
    assert [number_of(node, LAYOUT) for node in (*replicas, "g1")] == [1, 1, 2, None]
    assert number_of("n1", ()) is None
    assert fellows("n2", LAYOUT, replicas) == ("n1", "n2")
    assert fellows("n2", (), replicas) == replicas


@pytest.mark.parametrize(
    ("partitions", "coordination", "words"),
    [
        ((("n1",), ("n1", "n2")), "election", "stands in two"),
        ((("n1",), ()), "election", "needs a replica"),
        ((("n1", "n2"),), "election", "2 to 9 partitions or none, not 1"),
        (LAYOUT, "controller", "elect their leaders themselves"),
        (LAYOUT, "manual", "'election', not 'manual'"),
    ],
)
def test_what_cannot_be_is_refused(
    partitions: tuple[tuple[str, ...], ...], coordination: str, words: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert({"partitions": partitions, "coordination": coordination}, SingleLeaderSettings)


@pytest.mark.parametrize(("replicas", "odd"), [("n1 n2", "n3"), ("n1 n2 n3 n4", "n4")])
def test_no_node_starts_whose_settings_are_for_others(replicas: str, odd: str) -> None:
    with pytest.raises(ValueError, match=f"not so: {odd}"):
        node_of(tuple(replicas.split()), cluster=SHARED_OUT)


def test_no_consumer_of_one_log_stands_beside_several() -> None:
    replicas = tuple(node for group in LAYOUT for node in group)
    beside = {"index": "indexer", "cache": "cache"}
    with pytest.raises(ValueError, match=r"^index would follow one log, and 2 partitions"):
        node_of(replicas, companions=beside, cluster=SHARED_OUT)
    with pytest.raises(LabError, match="bad-order: index would follow one log"):
        must_fit(SHARED_OUT, node_of(replicas, companions=beside))


def node_of(replicas: tuple[str, ...], **more: Any) -> NodeSettings:
    return NodeSettings(
        node="n1",
        role="replica",
        gateways=(),
        links={},
        data_dir=Path(),
        token="t",
        replicas=replicas,
        **more,
    )
