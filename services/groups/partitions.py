"""Partitions: the keys are shared out over groups of replicas, each with a leader and a log of its own.

A hash of the key says which partition it is in, so no node has to be asked. Two related keys are usually in
different partitions, and no log holds both. To keep them together, put the same *hash tag* into both: of
`{thread-7}:question` only the part in braces is hashed, so `{thread-7}:answer` is in the same partition.

Hash and tags are those of Redis Cluster (CRC16 of XMODEM, 16384 slots, each partition has a range of them),
so `CLUSTER KEYSLOT` gives the same slot. But slots cannot move: here a partition keeps its keys for ever.
"""

from binascii import crc_hqx
from collections.abc import Sequence
from typing import TypeAlias

# The replicas of each partition; the first one is number 1. Empty: all replicas hold everything.
Layout: TypeAlias = tuple[tuple[str, ...], ...]

SLOTS = 16384
MOST = 9  # a partition's number is one digit in tokens


def hashed_part(key: str) -> str:
    """The part of `key` that decides its place: its hash tag if it has a non-empty one, else all of it."""
    begin = key.find("{")
    end = key.find("}", begin + 1)
    return key[begin + 1 : end] if 0 <= begin < end - 1 else key


def slot(key: str) -> int:
    """The slot of `key`, from 0 to 16383."""
    return crc_hqx(hashed_part(key).encode(), 0) % SLOTS


def partition_of(key: str, count: int) -> int:
    """The number of the partition of `key`, from 1 to `count`."""
    return slot(key) * count // SLOTS + 1


def groups(layout: Layout, replicas: Sequence[str]) -> Layout:
    """The replicas of each partition; without a layout, all of them are one."""
    return layout or (tuple(replicas),)


def number_of(node: str, layout: Layout) -> int | None:
    """The partition of which the replica `node` holds a copy; None if there is only one, or it holds none."""
    return next((number for number, group in enumerate(layout, 1) if node in group), None)


def fellows(node: str, layout: Layout, replicas: Sequence[str]) -> tuple[str, ...]:
    """The replicas that hold the same keys as `node`, itself among them."""
    return next((group for group in layout if node in group), tuple(replicas))


def check(layout: Layout) -> None:
    """Raise `ValueError` that names what is wrong with `layout` itself, if anything."""
    if layout and not 2 <= len(layout) <= MOST:
        raise ValueError(f"there are 2 to {MOST} partitions or none, not {len(layout)}")
    if not all(layout):
        raise ValueError(f"every partition needs a replica; one of {layout} has none")
    placed = [node for group in layout for node in group]
    if len(set(placed)) < len(placed):
        raise ValueError(f"a replica stands in two of the partitions {layout}")


def check_fit(layout: Layout, replicas: Sequence[str], consumers: Sequence[str] = ()) -> None:
    """Raise `ValueError` unless `layout` shares out exactly these `replicas` and there are no `consumers`."""
    placed = {node for group in layout for node in group}
    if layout and placed != set(replicas):
        wrong = ", ".join(sorted(placed ^ set(replicas)))
        raise ValueError(f"the partitions must share out the replicas {', '.join(replicas)}; not so: {wrong}")
    if layout and consumers:
        raise ValueError(
            f"{', '.join(consumers)} would follow one log, and {len(layout)} partitions have one each; "
            f"leave out the consumers, or the partitions"
        )
