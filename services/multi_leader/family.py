"""The family of several leaders: each takes writes, ships its changes, and settles conflicts."""

from services.family import Family

FAMILY = Family(
    member="services.multi_leader.member:Member",
    door="services.multi_leader.door:Door",
    device="services.multi_leader.device:Device",
)
