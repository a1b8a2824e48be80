"""How fast are registers judged, and how fast by Porcupine?

    ./lab python benchmarks/checkers.py [--operations 1000000] [--clients 50] [--porcupine PROGRAM]

The histories are linearizable, which is the most work. `many` has 100 operations a key, Porcupine's best
case; `few` has 10 keys and at most 200,000 operations, for what Porcupine remembers grows with the square
of a key's. Printed are seconds from columns: of `linearizable` by zones, and of `read-your-writes`, which
stands for the session guarantees; and Porcupine's own time, without reading. Its program is made by
`go build -C benchmarks/porcupine -o PROGRAM`, through the Go module proxy.
"""

import argparse
import subprocess
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from chaos.checkers._ages import ages
from chaos.checkers._columns import Bools, Columns, Ints
from chaos.checkers._sweep import Guarantee, by_session_and_key, regresses
from chaos.checkers._zones import collisions, early_reads, zones

SEED = 1
FEW = 200_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--porcupine", metavar="PROGRAM")
    options = parser.parse_args()
    few = min(options.operations, FEW)
    many = options.operations
    for name, operations, keys in (("many", many, max(1, many // 100)), ("few", few, 10)):
        table = registers(operations, options.clients, keys)
        measured = {"zones": seconds(partial(linearizable, table))}
        measured["sessions"] = seconds(partial(sessions, table))
        if options.porcupine:
            measured["porcupine"] = porcupine(options.porcupine, table)
            measured["times faster"] = measured["porcupine"] / measured["zones"]
        print(name, *(f"{what} {number:.3f}" for what, number in measured.items()), sep="  ")


def registers(operations: int, clients: int, keys: int) -> Columns:
    """Operation number n takes effect as number n; each client's follow one after the other."""
    random = np.random.default_rng(SEED)
    session = np.concatenate([random.permutation(clients) for _ in range(-(-operations // clients))])[
        :operations
    ]
    begin, end = spans(session, random)
    writes = random.random(operations) < 0.5
    key = random.integers(0, keys, operations)
    cell, key_of_cell = cells(key, writes, keys)
    absent = np.arange(len(key_of_cell)) >= writes.sum()
    names = [f"x{number}" for number in range(keys)]
    return Columns((), begin, end, writes, key, cell, session, names, key_of_cell, absent, frozenset())


def spans(session: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Indexes of events for the beginning and end of each operation, around its effect."""
    number = np.arange(len(session), dtype=np.float64)
    mine = np.argsort(session, kind="stable")
    before, after = number.copy(), number.copy()
    before[mine[1:]] = (number[mine[1:]] + number[mine[:-1]]) / 2
    after[mine[:-1]] = before[mine[1:]]
    begin = number - random.random(len(number)) * np.clip(number - before, 0, None)
    end = number + random.random(len(number)) * np.clip(after - number, 0, None)
    index = np.empty(2 * len(number), dtype=np.int64)
    index[np.argsort(np.concatenate((begin, end)), kind="stable")] = np.arange(2 * len(number))
    return index[: len(number)], index[len(number) :]


def cells(key: Ints, writes: Bools, keys: int) -> tuple[Ints, Ints]:
    """Every write fills a cell of its own; a read looks into the last one of its key, or finds nothing."""
    written = np.cumsum(writes) - 1
    of_key = np.argsort(key, kind="stable")
    total = int(writes.sum())
    offset = key[of_key] * (total + 1)
    last = np.maximum.accumulate(np.where(writes[of_key], written[of_key] + 1, 0) + offset) - offset - 1
    cell = np.empty(len(key), dtype=np.int64)
    cell[of_key] = np.where(last >= 0, last, total + key[of_key])
    return cell, np.concatenate((key[writes], np.arange(keys)))


def linearizable(table: Columns) -> None:
    of_values = zones(table)
    assert not len(early_reads(table, of_values))
    assert not list(collisions(table, of_values))


def sessions(table: Columns) -> None:
    guarantee = Guarantee("", lambda table: table.writes, by_session_and_key, lambda regress: NotImplemented)
    assert not list(regresses(guarantee, table, ages(table)))


def seconds(judge: Callable[[], None]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        judge()
        times.append(time.perf_counter() - began)
    return min(times)


def porcupine(program: str, table: Columns) -> float:
    """The seconds that Porcupine says it took. Fails unless it finds the history linearizable."""
    value = np.where(table.absent[table.cell], -1, table.cell)
    columns = (table.key, value, table.writes.astype(np.int64), table.session, table.begin, table.end)
    lines = "\n".join(
        ",".join(map(str, row)) for row in zip(*(column.tolist() for column in columns), strict=True)
    )
    told = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout
    verdict, took_s = told.split()
    assert verdict == "Ok", told
    return float(took_s)


if __name__ == "__main__":
    main()
