"""How the lead passes from one replica to another on purpose: votes, promotions by hand, hand-overs."""

from services.messages.message import Message
from services.messages.values import Count, Name, Position


class AskVote(Message, frozen=True, kw_only=True):
    """Candidate to replica: may I lead in `epoch`? My log ends at `last`.

    A `trial` only asks what the answer would be. `given_up` is the epoch whose leader has given it up to
    hand over, so that its being alive is no reason to refuse; 0 when nobody did.
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

    `given_up` is the epoch of the old leader who asks: it leads no more, and you have everything.
    """

    reason: str
    given_up: Count = 0


class HandOver(Message, frozen=True, kw_only=True):
    """Operator to whoever decides (controller or elected leader): `to` is to lead; None: you choose.

    From the controller to the leader: let new requests wait, and answer when `to` has your whole log.
    """

    to: Name | None = None


class Appoint(Message, frozen=True, kw_only=True):
    """Operator to controller: the leader is gone; make `node` the next."""

    node: Name
