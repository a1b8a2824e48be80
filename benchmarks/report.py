"""How long does the report of a run with many operations take, and how large is the file?

    PYTHONPATH=. .venv/bin/python benchmarks/report.py [--operations 10000] [--rounds 5]

The run is a real one, in virtual time: 100 clients, a leader that is cut off, and every message overheard.
Printed are the processor's seconds from the run's folder to the file, the best of several rounds, and its
size.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from chaos.recording.folder import RunFolder
from chaos.report.page import NAME, write_pages
from chaos.report.saved import read_again
from chaos.schedules.schedule import Schedule, Stroke
from chaos.sessions.simulate import Simulation, save

CLIENTS, RATE_PER_S = 100, 1000.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as out:
        folder = run(options.operations, Path(out))
        count = len(folder.recorded().client_operations)
        best_s = min(seconds(folder) for _ in range(options.rounds))
        size_mb = (folder.path / NAME).stat().st_size / 1e6
        sys.stdout.write(f"{count} operations: {best_s:.2f} s, {size_mb:.2f} MB\n")


def run(operations: int, out: Path) -> RunFolder:
    """A run of about so many operations, in a folder under `out`."""
    length_ms = round(operations / RATE_PER_S * 1000)
    away = ("n2", "n3", "controller")
    cut = Stroke(kind="cut", at_ms=500, for_ms=length_ms // 2, source="leader", targets=away)
    schedule = Schedule((cut,), length_ms)
    simulation = Simulation(
        "split-brain", "unfenced", seed=5, schedule=schedule, clients=CLIENTS, rate_per_s=RATE_PER_S
    )
    return RunFolder(save(simulation, out).folder)


def seconds(folder: RunFolder) -> float:
    """Of the processor, from the folder to the file."""
    began = time.process_time()
    write_pages([read_again(folder)], folder.path / NAME)
    return time.process_time() - began


if __name__ == "__main__":
    main()
