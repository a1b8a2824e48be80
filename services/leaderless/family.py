"""The family without a leader: every replica takes writes, and a coordinator counts the answers."""

from services.family import Family

FAMILY = Family(
    member="services.leaderless.home:Home",
    door="services.leaderless.door:Door",
    device="services.leaderless.device:Device",
)
