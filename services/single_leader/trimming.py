"""Trimming: now and then a replica forgets the oldest part of its log, as far as the settings allow."""

from services.errors import LabError
from services.single_leader.standing import Standing
from services.trouble import Trouble, is_of_the_disk

TASK = "trim"
HEARTBEATS_BETWEEN_LOOKS = 5


async def keep_trimming(standing: Standing, trouble: Trouble) -> None:
    """Trim the log whenever it has become too long; a full disk only delays that."""
    while True:
        await standing.env.clock.sleep(HEARTBEATS_BETWEEN_LOOKS * standing.cluster.heartbeat_ms / 1000)
        if standing.storage.last.sequence > standing.cluster.log_retention_entries:
            await _trim(standing, trouble)


async def _trim(standing: Standing, trouble: Trouble) -> None:
    try:
        with trouble.noticed(TASK):
            await standing.trim()
    except LabError as error:
        if not is_of_the_disk(error):
            raise
