"""The way to a datacenter's leader: who is asked after whom, and who is asked first the next time."""

import pytest

from services.errors import LabError
from services.messages import AskStatus, Message
from services.multi_leader.datacenters.way import Way

QUESTION = AskStatus()


class Replicas:
    """A network on which each replica answers, or fails as it was told to."""

    def __init__(self, **fails: LabError) -> None:
        self.fails = fails
        self.asked: list[str] = []

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        self.asked.append(to)
        if to in self.fails:
            raise self.fails[to]
        return message


def way(replicas: Replicas) -> Way:
    return Way(replicas, ("n1", "n2", "n3"))


async def test_who_follows_names_the_leader_and_that_one_is_asked_from_then_on() -> None:
    replicas = Replicas(n1=LabError("not-leader", "no", leader="n3"))
    to_there = way(replicas)
    for _ in range(2):
        assert await to_there.call(QUESTION, 1.0) == QUESTION
    assert replicas.asked == ["n1", "n3", "n3"]


async def test_each_is_asked_once_and_the_last_refusal_is_told() -> None:
    """Also where two of them name each other."""
    replicas = Replicas(
        n1=LabError("not-leader", "no", leader="n2"),
        n2=LabError("not-leader", "no", leader="n1"),
        n3=LabError("no-leader", "no"),
    )
    with pytest.raises(LabError) as refusal:
        await way(replicas).call(QUESTION, 1.0)
    assert (refusal.value.kind.code, replicas.asked) == ("no-leader", ["n1", "n2", "n3"])


@pytest.mark.parametrize("code", ["timed-out", "connection-lost"])
async def test_what_may_have_happened_is_not_asked_again_but_the_next_question_goes_elsewhere(
    code: str,
) -> None:
    replicas = Replicas(n1=LabError(code, "no"))
    to_there = way(replicas)
    with pytest.raises(LabError) as doubt:
        await to_there.call(QUESTION, 1.0)
    assert (doubt.value.kind.code, replicas.asked) == (code, ["n1"])
    assert await to_there.call(QUESTION, 1.0) == QUESTION
    assert replicas.asked == ["n1", "n2"]


@pytest.mark.parametrize("code", ["bad-request", "not-acknowledged", "storage-failed"])
async def test_what_another_would_answer_alike_or_may_have_happened_is_asked_of_nobody_else(
    code: str,
) -> None:
    replicas = Replicas(n1=LabError(code, "no"))
    with pytest.raises(LabError):
        await way(replicas).call(QUESTION, 1.0)
    assert replicas.asked == ["n1"]
