"""What a replica of a single-leader group knows of itself, for tests that look inside."""

from services.replica.replica import Replica
from services.single_leader.member import Member
from services.single_leader.standing import Standing


def standing(replica: Replica) -> Standing:
    assert isinstance(replica.part, Member)
    return replica.part.standing
