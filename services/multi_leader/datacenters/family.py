"""The parts for datacenters with one leader each, and followers that can take its place."""

from services.family import Family

FAMILY = Family(
    member="services.multi_leader.datacenters.replica:Replica",
    door="services.multi_leader.datacenters.door:Door",
)
