"""Which replica is in which datacenter, and the settings that make a datacenter a group: pure functions.

A datacenter's name (dc1, dc2 …) is the origin of its changes, and stays when another replica leads.
"""

from collections.abc import Sequence

from services.settings.multi_leader import MultiLeaderSettings
from services.settings.single_leader import SingleLeaderSettings


def replicas_of(settings: MultiLeaderSettings, replicas: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The replicas of each datacenter, by its name."""
    return {
        name: tuple(node for node in replicas if node in nodes) for name, nodes in settings.places.items()
    }


def place_of(settings: MultiLeaderSettings, node: str) -> str | None:
    """The datacenter of `node`; None if it is in none."""
    return next((name for name, nodes in settings.places.items() if node in nodes), None)


def inside(settings: MultiLeaderSettings) -> SingleLeaderSettings:
    """The settings of a datacenter's group; it elects its own leader, whatever else is cut off."""
    assert settings.inside != "none", settings
    return SingleLeaderSettings(
        replication=settings.inside,
        coordination="election",
        heartbeat_ms=settings.heartbeat_ms,
        detection_timeout_ms=settings.detection_timeout_ms,
        call_timeout_ms=settings.call_timeout_ms,
        acknowledge_timeout_ms=settings.acknowledge_timeout_ms,
    )
