"""How the lead passes from one replica to another: votes, promotions by hand, hand-overs."""

from services.messages.message import Message
from services.messages.values import Count, Name, Position


class AskVote(Message, frozen=True, kw_only=True):
    """Candidate to replica: may I lead in `epoch`? My log ends at `last`.

    A `trial` only asks what the answer would be. `given_up` is the epoch whose leader has given up the lead
    to hand over, so that hearing from it is no reason to refuse; 0 if none did.
    """

    epoch: Count
    candidate: Name
    last: Position
    trial: bool = False
    given_up: Count = 0


class Vote(Message, frozen=True, kw_only=True):
    """Replica to candidate: yes or no, and the newest epoch that I have promised."""

    node: Name
    epoch: Count
    granted: bool


class TakeOver(Message, frozen=True, kw_only=True):
    """Old leader, or operator, to replica: stand for election now.

    `given_up` is the epoch of the old leader that asks: it leads no more, and you have its whole log.
    """

    reason: str
    given_up: Count = 0


class HandOver(Message, frozen=True, kw_only=True):
    """Operator to controller or elected leader: let `to` lead; None: you choose.

    Controller to leader: let new requests wait, and answer when `to` has your whole log.
    """

    to: Name | None = None


class Appoint(Message, frozen=True, kw_only=True):
    """Operator to controller: the leader is gone; make `node` the next."""

    node: Name
