"""The family of one leader: it takes all writes, and the others follow its log."""

from services.family import Family

FAMILY = Family(
    member="services.single_leader.member:Member",
    door="services.single_leader.door.door:Door",
    overseer="services.single_leader.control.controller:Controller",
)
