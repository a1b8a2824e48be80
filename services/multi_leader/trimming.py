"""Trimming: now and then a leader forgets its oldest changes, those that all others have.

Whoever lacks them later after all, because its disk is new, gets a copy: see `copying`.
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
    """Look again and again whether changes can go; what cannot be done now is done the next time."""
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
    """Up to where each origin's changes need not be kept: all others have `confirmed` them, `keep` are newer.

    Nothing of origins of which nothing more than up to `floors` can go.
    """
    up_to = {
        origin: min((count - keep, *(peer.get(origin, 0) for peer in confirmed)))
        for origin, count in known.items()
    }
    return {origin: count for origin, count in up_to.items() if count > floors.get(origin, 0)}
