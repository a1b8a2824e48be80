"""Trimming: now and then a replica forgets the oldest part of its log, as far as the settings allow."""

from services.replica.standing import Standing

TASK = "trim"
HEARTBEATS_BETWEEN_LOOKS = 5


async def keep_trimming(standing: Standing) -> None:
    """Look again and again whether the log has become too long."""
    while True:
        await standing.env.clock.sleep(HEARTBEATS_BETWEEN_LOOKS * standing.cluster.heartbeat_ms / 1000)
        if standing.storage.last.sequence > standing.cluster.log_retention_entries:
            await standing.trim()
