"""Elections as tables: who gets a vote, who has a majority; and a vote that outlives the process."""

from dataclasses import replace
from pathlib import Path
from random import Random

import msgspec
import pytest

from services.adapters.disk import FileDisk
from services.messages import Position
from services.messages.single_leader import AskVote, Vote
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.election import rules as election
from services.single_leader.election.ballot import Ballot, GivenVote
from services.single_leader.election.rules import Voter
from services.single_leader.majority import majority_asked_at
from tests.world.virtually import simulated
from tests.world.world import World

ASK = AskVote(epoch=4, candidate="n2", last=Position(3, 7))
FREE = Voter(promised=3, given=GivenVote(2, "n1"), last=Position(3, 7), has_leader=False)


def asked(**fields: object) -> AskVote:
    return msgspec.structs.replace(ASK, **fields)


@pytest.mark.parametrize(
    ("voter", "request_", "granted"),
    [
        (FREE, ASK, True),
        (FREE, asked(last=Position(3, 8)), True),
        (FREE, asked(last=Position(3, 6)), False),  # its log is older
        (FREE, asked(last=Position(2, 99)), False),  # longer, but of an older epoch
        (FREE, asked(epoch=3), False),  # promised to somebody else
        (replace(FREE, has_leader=True), ASK, False),
        (replace(FREE, has_leader=True), asked(given_up=3), True),
        (replace(FREE, has_leader=True), asked(given_up=2), False),  # a late invitation: another leads now
        (
            replace(FREE, promised=4, given=GivenVote(4, "n2")),
            ASK,
            True,
        ),  # the answer was lost, it asks again
        (replace(FREE, promised=5, given=GivenVote(4, "n2"), has_leader=True), ASK, False),  # too late
        (replace(FREE, promised=4, given=GivenVote(4, "n3")), ASK, False),
        (replace(FREE, given=GivenVote(4, "n3")), ASK, False),  # crashed between the vote and the promise
    ],
)
def test_who_gets_a_vote(voter: Voter, request_: AskVote, granted: bool) -> None:
    assert election.grants(voter, request_) is granted


@pytest.mark.parametrize(("replicas", "enough"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_majority(replicas: int, enough: int) -> None:
    assert election.majority(replicas) == enough


def test_patience_is_longer_than_any_lease_and_differs() -> None:
    settings = SingleLeaderSettings(detection_timeout_ms=1000)
    random = Random(1)
    drawn = [election.patience_s(settings, random) for _ in range(100)]
    assert min(drawn) >= election.loyal_s(settings) > 1.0
    assert max(drawn) <= 2 * election.loyal_s(settings)
    assert len(set(drawn)) == 100


@pytest.mark.parametrize(
    ("asked_at", "since"),
    [([], 9.0), ([1.0], 1.0), ([1.0, 5.0], 5.0), ([1.0, 2.0, 3.0, 4.0], 3.0)],
)
def test_since_when_a_majority_is_behind_the_leader(asked_at: list[float], since: float) -> None:
    assert majority_asked_at(asked_at, now=9.0) == since


def test_a_ballot_is_read_from_the_disk(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    assert Ballot(disk).last() == GivenVote(0, "")
    Ballot(disk).cast(GivenVote(4, "n2"))
    assert Ballot(disk).last() == GivenVote(4, "n2")


@simulated
async def test_a_vote_outlives_the_process() -> None:
    settings = SingleLeaderSettings(detection_timeout_ms=3000)  # nobody stands by itself meanwhile
    async with World(settings) as world:
        voter = "n3"
        await world.kill("controller")
        for node in ("n1", "n2"):
            await world.kill(node)
        elects = SingleLeaderSettings(coordination="election", detection_timeout_ms=3000)
        await world.kill(voter)
        await world.boot(voter, elects)
        first = asked(epoch=9, last=Position(9, 9), given_up=8)
        assert await granted(world, voter, first)
        await world.kill(voter)
        await world.boot(voter, elects)
        assert not await granted(world, voter, msgspec.structs.replace(first, candidate="n1"))
        assert await granted(world, voter, first)


async def granted(world: World, voter: str, ask: AskVote) -> bool:
    reply = await world.call(voter, ask)
    assert isinstance(reply, Vote)
    return reply.granted
