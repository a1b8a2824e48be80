"""Election without a controller, as plain functions: who may stand, who gets a vote, who has won.

The rules are Raft's (Ongaro and Ousterhout, 2014; the last two from Ongaro's thesis, chapters 4 and 6):

- one vote for each epoch, on disk before it is given, and a majority wins: two majorities share a voter,
  so an epoch has at most one leader;
- no vote for a log that is older than one's own: an acknowledged write is on a majority (`quorum-ack`),
  so whoever wins has it;
- patience is drawn anew for each attempt, so that two candidates do not share the votes for ever;
- *pre-vote*: a candidate first asks what the answer would be. Who was away (paused, cut off) and comes
  back with an old clock of silence disturbs nobody;
- *check quorum*: who has heard from a leader within the detection timeout gives no vote, and a leader that
  a majority has not answered for nearly as long stops by itself (`majority.py`). So the old leader has
  stopped before another can be elected, without any clock that shows the time of day;
- *leadership transfer*: who hands over gives up its lease and the lead first, and only then invites a
  successor, who says so when it asks for votes: nobody needs to be loyal to a leader of that epoch any more.
  An invitation that arrives late is worth nothing where a newer epoch has begun. (Raft's thesis lets the
  voters ignore their loyalty, too, and warns that leases do not go together with it. These do, because no
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
    """What a replica's answer rests on."""

    promised: int  # the newest epoch it listens to
    given: GivenVote
    last: Position
    has_leader: bool  # it leads with a majority behind it, or has heard of its leader lately


def grants(voter: Voter, request: AskVote) -> bool:
    """May the candidate have the vote?"""
    if request.epoch <= voter.given.epoch:  # who did not hear the answer may hear it again
        same = (request.epoch, request.candidate) == (voter.given.epoch, voter.given.candidate)
        return same and voter.promised <= request.epoch
    if request.last < voter.last or (voter.has_leader and not _is_over(voter, request.given_up)):
        return False
    return request.epoch > voter.promised


def _is_over(voter: Voter, given_up: int) -> bool:
    """Has the leader whom the voter has heard of given up its lease? One of a newer epoch has not."""
    return voter.promised <= given_up


def majority(replicas: int) -> int:
    """How many of them are more than half."""
    return replicas // 2 + 1


def loyal_s(settings: SingleLeaderSettings) -> float:
    """How long nobody else gets a vote after a leader was heard of: by then its lease is certainly over."""
    return over_for_everybody_s(settings.detection_timeout_ms / 1000)


def patience_s(settings: SingleLeaderSettings, random: Random) -> float:
    """How long to hear nothing of a leader before standing: from once to twice as long."""
    return loyal_s(settings) * (1 + random.random())
