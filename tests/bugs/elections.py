"""Mistakes about who leads and who is current: two leaders in one epoch, a wrong winner, a wrong follower."""

from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from chaos.schedules.schedule import Schedule
from services.messages.single_leader import AskVote
from services.single_leader.election import rules as election
from services.single_leader.election.ballot import Ballot
from services.single_leader.election.rules import Voter
from services.single_leader.hold import Hold
from services.single_leader.majority import MajorityLease
from services.single_leader.reads.freshness import Freshness
from services.single_leader.storage import Storage
from tests.bugs.planted import ISLAND, Hunt, bug, by_script

BY_ELECTION = (("coordination", "election"), ("replication", "quorum-ack"))
# The nearer follower has acknowledged writes that the other one lacks when the leader dies.
WRONG_WINNER = Hunt("lost-writes:semi-sync", "lost-write", by_script, BY_ELECTION)
# Without followers to wait for, nothing but the missing majority stops a leader that was cut off.
ALONE = Hunt(
    "failover:election",
    "split-brain",
    lambda _: Schedule(ISLAND[:1], length_ms=4500),
    (("replication", "async"),),
)
PLANNED = Hunt("failover:planned", "failed-request", by_script)


MONITORED = Hunt("staleness-monitor:monitored-follower", "unbounded-staleness", by_script)


@bug(MONITORED)
def who_has_heard_of_its_leader_once_counts_as_current() -> Any:
    right = Freshness.lag_s
    return patch.object(Freshness, "lag_s", lambda self, now: None if right(self, now) is None else 0.0)


@bug(PLANNED)
def nobody_waits_while_the_lead_is_handed_over() -> Any:
    return patch.object(Hold, "begin", lambda *_: None)


@bug(WRONG_WINNER)
def a_log_that_is_older_wins_the_election() -> Any:
    def blind(voter: Voter, request: AskVote) -> bool:
        return request.epoch > voter.promised and (request.given_up > 0 or not voter.has_leader)

    return patch.object(election, "grants", blind)


@bug(ALONE)
def an_elected_leader_does_not_count_who_answers() -> Any:
    return patch.object(MajorityLease, "_left_s", lambda self: 1.0)


def votes_are_not_durable() -> ExitStack:
    """Neither the vote nor the promise that goes with it is on the disk when the candidate hears of it."""

    def in_memory(self: Storage, epoch: int) -> None:
        self.epoch = max(epoch, self.epoch)

    both = ExitStack()
    both.enter_context(patch.object(Storage, "promise", in_memory))
    both.enter_context(patch.object(Ballot, "cast", lambda *_: None))
    return both
