"""Election without a controller, as plain functions: who may stand, who gets a vote, who has won.

The rules are Raft's (Ongaro and Ousterhout, 2014; the last two from Ongaro's thesis, chapters 4 and 6):

- a replica has one vote in each epoch, on disk before it is given, and a majority wins: two majorities share
  a voter, so an epoch has at most one leader;
- a replica does not vote for a log older than its own: an acknowledged write is on a majority
  (`quorum-ack`), so the winner has it;
- each attempt draws a new random patience, so that two candidates do not split the votes for ever;
- *pre-vote*: a candidate first asks what the answer would be. So a replica that was away (paused, cut off)
  and has heard no leader for long disturbs nobody when it comes back;
- *check quorum*: a replica that has heard from a leader within the detection timeout gives no vote, and a
  leader that has had no answer from a majority for nearly as long stops by itself (`majority.py`). So the
  old leader stops before another can be elected, and no clock needs to show the time of day;
- *leadership transfer*: a leader that hands over first gives up its lease and the lead, and only then
  invites a successor. The successor says so when it asks for votes, so no voter need stay loyal to the
  leader of that epoch. A late invitation is void once a newer epoch has begun. (In Raft's thesis the voters
  ignore their loyalty as well, and it warns that this conflicts with leases. Here it does not, because no
  lease is left.)
"""

from dataclasses import dataclass
from random import Random

from services.messages import Position
from services.messages.single_leader import AskVote
from services.ports import over_for_everybody_s
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.election.ballot import GivenVote


@dataclass(frozen=True)
class Voter:
    """What a replica bases its answer on."""

    promised: int  # the newest epoch it listens to
    given: GivenVote
    last: Position
    has_leader: bool  # it leads with a majority behind it, or has heard from its leader lately


def grants(voter: Voter, request: AskVote) -> bool:
    """May the candidate have the vote?"""
    if request.epoch <= voter.given.epoch:  # a candidate that missed the answer may ask again
        same = (request.epoch, request.candidate) == (voter.given.epoch, voter.given.candidate)
        return same and voter.promised <= request.epoch
    if request.last < voter.last or (voter.has_leader and not _is_over(voter, request.given_up)):
        return False
    return request.epoch > voter.promised


def _is_over(voter: Voter, given_up: int) -> bool:
    """Has the leader that the voter knows given up its lease? A leader of a newer epoch has not."""
    return voter.promised <= given_up


def majority(replicas: int) -> int:
    """The smallest number that is more than half of them."""
    return replicas // 2 + 1


def loyal_s(settings: SingleLeaderSettings) -> float:
    """How long a voter refuses votes after hearing from a leader: by then that lease is certainly over."""
    return over_for_everybody_s(settings.detection_timeout_ms / 1000)


def patience_s(settings: SingleLeaderSettings, random: Random) -> float:
    """How long a leader must be silent before this replica stands: at random, one to two timeouts."""
    return loyal_s(settings) * (1 + random.random())
