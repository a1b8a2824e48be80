"""Trimming: now and then a leader drops its oldest changes, those that all others have.

A leader that needs them later after all, because its disk is new, gets a copy: see `copying`.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from services.errors import LabError
from services.multi_leader.exchange import Exchange
from services.multi_leader.source import Source
from services.ports import Clock
from services.settings.multi_leader import MultiLeaderSettings

TASK = "trim-changes"
HEARTBEATS_BETWEEN_LOOKS = 5


async def keep_trimming(
    clock: Clock, source: Source, exchanges: Collection[Exchange], settings: MultiLeaderSettings
) -> None:
    """Drop changes whenever they can go; if that fails now, it is tried again next time."""
    while True:
        await clock.sleep(HEARTBEATS_BETWEEN_LOOKS * settings.heartbeat_ms / 1000)
        if not source.ships:
            continue
        confirmed = [each.confirmed for each in exchanges]
        up_to = trimmable(source.known, confirmed, source.floors, settings.log_retention_entries)
        if up_to:
            with suppress(LabError):
                await source.trim(up_to)


def trimmable(
    known: Mapping[str, int], confirmed: Sequence[Mapping[str, int]], floors: Mapping[str, int], keep: int
) -> dict[str, int]:
    """Up to where each origin's changes can go: all others have `confirmed` them, and `keep` newer ones stay.

    Leaves out origins whose changes are already trimmed that far (`floors`).
    """
    up_to = {
        origin: min((count - keep, *(peer.get(origin, 0) for peer in confirmed)))
        for origin, count in known.items()
    }
    return {origin: count for origin, count in up_to.items() if count > floors.get(origin, 0)}
