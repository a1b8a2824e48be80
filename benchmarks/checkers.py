"""How fast are registers judged, and how fast by Porcupine?

    PYTHONPATH=. .venv/bin/python benchmarks/checkers.py [--operations 1000000] [--clients 50]
        [--rounds 3] [--porcupine PROGRAM] [--growth FILE.svg]

`many` has 100 operations a key, Porcupine's best case; `few` has 10 keys and at most 200,000 operations,
for what Porcupine remembers grows with the square of a key's. `stale` is `many` with a third of the reads
stale, so that nothing can be cleared at first sight. Printed are medians of processor seconds, which is
what one thread takes on a machine that has nothing else to do: to load the file, to put registers into
columns, and of each checker from there. Beside it is what Porcupine takes at best in the same rounds, without
reading: its processor time, as if all processors shared the work evenly. Its program is made by
`go build -C benchmarks/porcupine -o PROGRAM`, through the Go module proxy. With `--growth` the same from
10,000 operations on is drawn as a plot.
"""

import argparse
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from benchmarks.growth import draw
from benchmarks.register_histories import Registers, registers
from chaos.checkers import find_checker
from chaos.checkers._columns import columns
from chaos.history import History

T = TypeVar("T")

FEW, FIRST = 200_000, 10_000
STALE = 1 / 3
SESSIONS = ("read-your-writes", "non-monotonic-read", "monotonic-write")
REPLICAS = ("writes-follow-reads", "consistent-prefix", "causality")
CHECKERS = ("linearizable", *SESSIONS, *REPLICAS)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--porcupine", metavar="PROGRAM")
    parser.add_argument("--growth", type=Path, metavar="FILE.svg")
    options = parser.parse_args()
    many, few = options.operations, min(options.operations, FEW)
    workloads = {
        "many": registers(many, options.clients, max(1, many // 100)),
        "few": registers(few, options.clients, 10),
        "stale": registers(many, options.clients, max(1, many // 100), STALE),
    }
    for name, workload in workloads.items():
        program = None if name == "stale" else options.porcupine
        for what, number in measured(workload, options.rounds, program).items():
            print(f"{name:6} {what:20} {number:8.3f}")
    if options.growth:
        draw(growth(options), options.growth)


def growth(options: argparse.Namespace) -> dict[str, list[tuple[int, float]]]:
    """Seconds against operations, three sizes to each power of ten."""
    curves = defaultdict(list)
    measured(registers(FIRST, options.clients, 1), 1, None)  # so that everything is loaded
    sizes = [size for power in range(8) for size in (FIRST * 10**power, 3 * FIRST * 10**power)]
    for size in (size for size in sizes if size <= options.operations):
        workload = registers(size, options.clients, size // 100)
        for what, taken_s in measured(workload, options.rounds, None).items():
            curves[what].append((size, taken_s))
    return curves


def measured(workload: Registers, rounds: int, program: str | None) -> dict[str, float]:
    """The median of each step's seconds, and how many times faster than Porcupine the first checker is."""
    taken: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.jsonl"
        workload.save(path)
        for _ in range(rounds):
            for what, seconds in judged(path):
                taken[what].append(seconds)
            if program:
                taken["porcupine"].append(porcupine(program, workload))
    medians = {what: median(times) for what, times in taken.items()}
    return {**medians, "times faster": medians["porcupine"] / medians[CHECKERS[0]]} if program else medians


def judged(path: Path) -> Iterable[tuple[str, float]]:
    """The seconds of each step."""
    history, loaded_s = timed(partial(History.load, path))
    yield "load", loaded_s
    _, laid_out_s = timed(partial(columns, history))
    yield "columns", laid_out_s
    for name in CHECKERS:
        finding, taken_s = timed(partial(find_checker(name), history))
        assert finding.found is not None, finding
        yield name, taken_s


def timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    return work(), time.process_time() - began


def porcupine(program: str, workload: Registers) -> float:
    """The seconds that Porcupine says it takes at best. Fails unless it finds the history linearizable."""
    fields = (workload.key, workload.value, workload.writes.astype(np.int64))
    rows = zip(*(c.tolist() for c in (*fields, workload.client, workload.begin, workload.end)), strict=True)
    lines = "\n".join(",".join(map(str, row)) for row in rows)
    told = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout
    verdict, took_s = told.split()
    assert verdict == "Ok", told
    return float(took_s)


if __name__ == "__main__":
    main()
