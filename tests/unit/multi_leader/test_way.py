"""The way to a datacenter's leader: who is asked after whom, and who is asked first the next time."""

import pytest

from services.errors import LabError
from services.messages import AskStatus, Status
from services.multi_leader.datacenters.way import Way
from tests.world.peers import Peers
from tests.world.virtually import simulated
from tests.world.world import REPLICAS

QUESTION, ANSWER = AskStatus(), Status(node="n1", role="leader")


def replicas(**fails: LabError) -> Peers:
    """Each of them answers, or fails as it is told to."""
    peers = Peers()
    for node in REPLICAS:
        peers.say(node, fails.get(node, ANSWER))
    return peers


@simulated
async def test_who_follows_names_the_leader_and_that_one_is_asked_from_then_on() -> None:
    peers = replicas(n1=LabError("not-leader", "no", leader="n3"))
    to_there = Way(peers, REPLICAS)
    for _ in range(2):
        assert await to_there.call(QUESTION, 1.0) == ANSWER
    assert peers.asked == ["n1", "n3", "n3"]


@simulated
async def test_each_is_asked_once_and_the_last_refusal_is_told() -> None:
    """Also where two of them name each other."""
    peers = replicas(
        n1=LabError("not-leader", "no", leader="n2"),
        n2=LabError("not-leader", "no", leader="n1"),
        n3=LabError("no-leader", "no"),
    )
    with pytest.raises(LabError) as refusal:
        await Way(peers, REPLICAS).call(QUESTION, 1.0)
    assert (refusal.value.kind.code, peers.asked) == ("no-leader", ["n1", "n2", "n3"])


@pytest.mark.parametrize("code", ["timed-out", "connection-lost"])
@simulated
async def test_what_may_have_happened_is_not_asked_again_but_the_next_question_goes_elsewhere(
    code: str,
) -> None:
    peers = replicas(n1=LabError(code, "no"))
    to_there = Way(peers, REPLICAS)
    with pytest.raises(LabError) as doubt:
        await to_there.call(QUESTION, 1.0)
    assert (doubt.value.kind.code, peers.asked) == (code, ["n1"])
    assert await to_there.call(QUESTION, 1.0) == ANSWER
    assert peers.asked == ["n1", "n2"]


@pytest.mark.parametrize("code", ["bad-request", "not-acknowledged", "storage-failed"])
@simulated
async def test_what_another_would_answer_alike_or_may_have_happened_is_asked_of_nobody_else(
    code: str,
) -> None:
    peers = replicas(n1=LabError(code, "no"))
    with pytest.raises(LabError):
        await Way(peers, REPLICAS).call(QUESTION, 1.0)
    assert peers.asked == ["n1"]
