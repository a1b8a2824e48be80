"""Quorum rules as pure functions, on every ring; and what a coordinator does by them."""

import asyncio
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LabError
from services.groups.ring import Ring, ring_of
from services.leaderless.quorums import POLICIES, QuorumPolicy
from services.messages import Operation, Write
from services.messages.leaderless import Fetched, Stored, StoreVersions
from services.messages.versions import Dot, Stamp, Version
from services.settings.leaderless import LeaderlessSettings, Quorum, VersionsKept
from tests.unit.leaderless.test_door import failure
from tests.world.peers import DEAD, SILENCE, Peers, gateway_of
from tests.world.virtually import simulated, until
from tests.world.world import REPLICAS

NODES = tuple(f"n{number}" for number in range(1, 10))
NEAR = ("n1", "n4", "n5", "g1")
WRITE = Write(operation=Operation(f="put", key="x", value=1))
rules = st.sampled_from(list(POLICIES.values()))


@given(rules, st.text(min_size=1), st.integers(1, 9), st.integers(1, 9))
def test_every_rule_knows_all_homes_and_nobody_twice(
    rule: QuorumPolicy, key: str, nodes: int, n: int
) -> None:
    ring = Ring(NODES[:nodes])
    plan = rule.plan(key, ring, n, NEAR)
    assert sorted(plan.everywhere) == sorted(ring.preference(key, n))
    assert not {*plan.everywhere} & {*plan.stand_ins}
    assert len({*plan.everywhere, *plan.stand_ins}) == len(plan.everywhere) + len(plan.stand_ins)


@given(st.text(min_size=1))
def test_what_each_of_them_is_about(key: str) -> None:
    plans = {name: rule.plan(key, Ring(NODES), 6, NEAR) for name, rule in POLICIES.items()}
    assert {*plans["local"].homes} <= {*NEAR} and not {*plans["local"].beside} & {*NEAR}
    assert len(plans["sloppy"].stand_ins) == 3
    assert [name for name, plan in plans.items() if plan.keeps_hints] == ["hinted"]


def test_each_is_registered() -> None:
    assert tuple(POLICIES) == get_args(Quorum)


@pytest.mark.parametrize("trouble", [DEAD, SILENCE])
@simulated
async def test_a_home_that_took_the_write_keeps_it_for_one_that_did_not(trouble: LabError) -> None:
    peers = Peers()
    first, second, away = ring_of(REPLICAS).preference("x", 3)
    for node in (first, second):
        peers.say(node, Stored(node=node))
    peers.say(away, trouble)
    gateway = gateway_of(peers, LeaderlessSettings(quorum="hinted", call_timeout_ms=50))
    written = await gateway.write(WRITE)
    assert (written.hints, written.stand_ins) == (0, {}), "it is no part of the quorum"
    await until(lambda: gateway.status().owes == 0)
    kept = [
        (to, each.keep_for) for to, each in peers.sent if isinstance(each, StoreVersions) and each.keep_for
    ]
    assert kept in ([(first, away)], [(second, away)])


@simulated
async def test_hints_do_not_count() -> None:
    peers = Peers()
    peers.say("n1", Stored(node="n1"))
    gateway = gateway_of(peers, LeaderlessSettings(quorum="hinted", call_timeout_ms=50))
    error = await failure(gateway, WRITE)
    assert (error.kind.code, error.definite) == ("too-few-answers", False)


@pytest.mark.parametrize("versions", ["vectors", "dotted-vectors"])
@simulated
async def test_siblings_are_kept_as_well(versions: VersionsKept) -> None:
    peers = Peers()
    first, second, away = ring_of(REPLICAS).preference("x", 3)
    numbered = (Version(Stamp(1, "g1"), 1, dot=Dot(first, 1)),)
    peers.say(first, Fetched(node=first, versions=numbered), Stored(node=first))
    peers.say(second, Stored(node=second))
    settings = LeaderlessSettings(quorum="hinted", versions=versions, call_timeout_ms=50)
    gateway = gateway_of(peers, settings)
    await gateway.write(WRITE)
    await until(lambda: gateway.status().owes == 0)
    await asyncio.sleep(0)
    (hint,) = [each for _, each in peers.sent if isinstance(each, StoreVersions) and each.keep_for]
    assert (hint.keep_for, hint.versions) == (away, numbered)


@pytest.mark.parametrize("quorum", ["sloppy", "hinted"])
def test_no_hint_outlives_a_tombstone(quorum: Quorum) -> None:
    """It would bring back what was deleted, once nobody remembers the delete any more."""
    settings = LeaderlessSettings(quorum=quorum, tombstones="by-age", hint_ms=900, tombstone_grace_ms=1000)
    assert settings.keeps_hints
    with pytest.raises(ValueError, match=r"hint_ms \(1001\) must be at most tombstone_grace_ms \(1000\)"):
        LeaderlessSettings(quorum=quorum, tombstones="by-age", hint_ms=1001, tombstone_grace_ms=1000)


def test_sloppy_is_a_quorum_itself() -> None:
    assert LeaderlessSettings(sloppy=True).rule == LeaderlessSettings(quorum="sloppy").rule == "sloppy"
    with pytest.raises(ValueError, match="leave out either it or the quorum 'hinted'"):
        LeaderlessSettings(sloppy=True, quorum="hinted")
