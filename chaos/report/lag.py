"""Replication lag: for how long a replica had lacked a write that some client was told is done."""

from collections.abc import Mapping
from typing import TypeAlias

from chaos.measures import Backlog, acknowledged_writes
from chaos.report.saved import Saved

Look: TypeAlias = tuple[int, float | None]


def lags(saved: Saved) -> Mapping[str, list[Look]]:
    """For each replica the nanoseconds at which the lab asked it, and how many milliseconds it lagged.

    It is None where the replica did not answer.
    Only logs with positions of an epoch and a number can be compared; of other replicas nothing is said.
    """
    backlog = Backlog(
        ((write.epoch, write.position), write.returned_ns)
        for write in acknowledged_writes(saved.history.client_operations)
        if isinstance(write.position, int) and write.epoch is not None
    )
    found: dict[str, list[Look]] = {}
    for sample in saved.samples:
        looks = found.setdefault(sample["node"], [])
        match sample.get("position"):
            case [int(epoch), int(sequence)]:
                looks.append((sample["time"], backlog.behind_ms((epoch, sequence), sample["time"])))
            case None:
                looks.append((sample["time"], None))
    return {node: looks for node, looks in sorted(found.items()) if any(lag is not None for _, lag in looks)}
