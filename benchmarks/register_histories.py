"""Histories of registers for the benchmark of the checkers, of any length.

Operation number n takes effect as number n, and each client's follow one after the other, so a history is
linearizable, unless some of its reads are made stale: these see an older value of their key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from chaos.history import Event

SEED = 1
NODES = 3
NOTHING = -1

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Registers:
    """One row an operation; `begin` and `end` are indexes of events, `value` is what it wrote or read."""

    client: Ints
    begin: Ints
    end: Ints
    writes: Bools
    key: Ints
    value: Ints
    node: Ints

    def events(self) -> Iterator[Event]:
        """What a recorder would have written."""
        order = np.argsort(np.concatenate((self.begin, self.end)))
        rows = len(self.begin)
        for index, at in enumerate(order.tolist()):
            row, ends = at % rows, at >= rows
            yield self._event(index, row, ends)

    def _event(self, index: int, row: int, ends: bool) -> Event:
        writes, value = bool(self.writes[row]), int(self.value[row])
        told = value != NOTHING and (writes or ends)
        answer = {"node": f"n{self.node[row]}", "epoch": 1, "position": [1, index]} if ends else {}
        return Event(
            index=index,
            time=index * 1000,
            type="ok" if ends else "invoke",
            process=int(self.client[row]),
            f="write" if writes else "read",
            key=f"x{self.key[row]}",
            value=value if told else None,
            gateway="g1",
            **answer,  # type: ignore[arg-type]
        )

    def save(self, path: Path) -> None:
        """As a `history.jsonl`."""
        encode = msgspec.json.encode
        with path.open("wb") as file:
            file.writelines(encode(event) + b"\n" for event in self.events())


def registers(operations: int, clients: int, keys: int, stale: float = 0) -> Registers:
    """Half of them writes; of the reads the share `stale` misses the last three values of its key."""
    random = np.random.default_rng(SEED)
    rounds = [random.permutation(clients) for _ in range(-(-operations // clients))]
    client = np.concatenate(rounds)[:operations]
    begin, end = _spans(client, random)
    writes = random.random(operations) < 0.5
    key = random.integers(0, keys, operations)
    behind = np.where(~writes & (random.random(operations) < stale), 3, 0)
    value = _values(key, writes, behind)
    return Registers(client, begin, end, writes, key, value, random.integers(1, NODES + 1, operations))


def _spans(client: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Indexes of events for the beginning and end of each operation, around its effect."""
    number = np.arange(len(client), dtype=np.float64)
    mine = np.argsort(client, kind="stable")
    before, after = number.copy(), number.copy()
    before[mine[1:]] = (number[mine[1:]] + number[mine[:-1]]) / 2
    after[mine[:-1]] = before[mine[1:]]
    begin = number - random.random(len(number)) * np.clip(number - before, 0, None)
    end = number + random.random(len(number)) * np.clip(after - number, 0, None)
    index = np.empty(2 * len(number), dtype=np.int64)
    index[np.argsort(np.concatenate((begin, end)), kind="stable")] = np.arange(2 * len(number))
    return index[: len(number)], index[len(number) :]


def _values(key: Ints, writes: Bools, behind: Ints) -> Ints:
    """Every write has a number of its own; a read sees the last one of its key but so many, or nothing."""
    of_key = np.argsort(key, kind="stable")
    number = np.cumsum(writes[of_key]) - 1  # of the write, in the order of keys
    first = np.searchsorted(key[of_key], key[of_key])  # where the key's rows begin
    before: Ints = np.cumsum(writes[of_key]) - writes[of_key]
    seen = np.where(writes[of_key], number, number - behind[of_key])
    value = np.empty(len(key), dtype=np.int64)
    value[of_key] = np.where(seen >= before[first], seen, NOTHING)
    return value
