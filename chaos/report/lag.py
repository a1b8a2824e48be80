"""Replication lag: for how long a replica has lacked a write that a client was told is done."""

from collections.abc import Mapping
from typing import TypeAlias

from chaos.judging.measures import Backlog, acknowledged_writes, by_partition
from chaos.report.saved import Saved

Look: TypeAlias = tuple[int, float | None]
NOTHING = Backlog(())


def lags(saved: Saved) -> Mapping[str, list[Look]]:
    """For each replica, the nanoseconds at which the lab asked it, and how many milliseconds it lagged.

    The lag is None if the replica did not answer. A replica can only lack writes of its own partition. Only
    logs whose positions have an epoch and a number can be compared; other replicas are left out.
    """
    backlogs = {
        partition: Backlog(
            ((write.epoch, write.position), write.returned_ns)
            for write in writes
            if isinstance(write.position, int) and write.epoch is not None
        )
        for partition, writes in by_partition(acknowledged_writes(saved.history.client_operations)).items()
    }
    found: dict[str, list[Look]] = {}
    for sample in saved.samples:
        looks = found.setdefault(sample["node"], [])
        backlog = backlogs.get(saved.partitions.get(sample["node"]), NOTHING)
        match sample.get("position"):
            case [int(epoch), int(sequence)]:
                looks.append((sample["time"], backlog.behind_ms((epoch, sequence), sample["time"])))
            case None:
                looks.append((sample["time"], None))
    return {node: looks for node, looks in sorted(found.items()) if any(lag is not None for _, lag in looks)}
