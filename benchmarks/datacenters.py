"""What users in three datacenters feel, with one leader and with one in each, side by side.

    PYTHONPATH=. .venv/bin/python benchmarks/datacenters.py [--on sim local] [--seeds 5] [--out DIR]

The scenario `multi-datacenter`: a round trip between two datacenters takes 100 ms more than within one, and
for five seconds the first of them, where the leader is, is cut off. Latencies are those of requests before
that, availability is the part of the requests during it that was answered. For each seed both run
one after the other, so whatever else the machine does meets both.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from chaos.history import Operation
from chaos.recording.folder import RunFolder
from chaos.report.bands import Band, bands
from chaos.report.saved import Saved, read_again

SCENARIO, VARIANTS = "multi-datacenter", ("single-leader", "multi-leader")
NS_PER_MS = 1_000_000


@dataclass
class Felt:
    """What the users of one datacenter felt; times in milliseconds."""

    write_ms: list[float] = field(default_factory=list)
    read_ms: list[float] = field(default_factory=list)
    in_cut: int = 0
    answered_in_cut: int = 0


def main() -> None:
    """Run, and print a table for each runtime."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--on", nargs="+", choices=("sim", "local"), default=["sim", "local"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, help="where the runs' folders are kept; else nowhere")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        for runtime in given.on:
            felt = measured(runtime, range(1, given.seeds + 1), given.out or Path(directory))
            sys.stdout.write("\n".join(table(runtime, given.seeds, felt)) + "\n")


def measured(runtime: str, seeds: Iterable[int], out: Path) -> Mapping[tuple[str, int], Felt]:
    """What was felt, by variant and datacenter."""
    felt: dict[tuple[str, int], Felt] = {}
    for seed in seeds:
        under = out / runtime / str(seed)
        command = [sys.executable, "-m", "chaos", "run", *(f"{SCENARIO}:{each}" for each in VARIANTS)]
        command += ["--on", runtime, "--seed", str(seed), "--out", str(under)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            sys.stderr.write(f"seed {seed} on {runtime} was not as expected:\n{ended.stdout[-2000:]}\n")
        for variant in VARIANTS:
            for path in (under / SCENARIO / variant).glob("*/run.json"):
                add(felt, variant, read_again(RunFolder(path.parent)))
    return felt


def add(felt: dict[tuple[str, int], Felt], variant: str, saved: Saved) -> None:
    """Add what that run shows."""
    faults = bands(saved.history)
    slow = [band for band in faults if band.effect == "slow"]
    cut = [band for band in faults if band.effect == "cut"]
    for number, group in enumerate(saved.about["options"]["datacenters"], 1):
        of_group = felt.setdefault((variant, number), Felt())
        for each in saved.history.client_operations:
            if each.gateway not in group or not _is_in(each, slow):
                continue
            if _is_in(each, cut):
                of_group.in_cut += 1
                of_group.answered_in_cut += each.outcome == "ok"
            elif each.outcome == "ok" and all(each.invoked_ns < band.from_ns for band in cut):
                took_ms = (each.returned_ns - each.invoked_ns) / NS_PER_MS
                (of_group.write_ms if each.writes else of_group.read_ms).append(took_ms)


def _is_in(operation: Operation, some: Sequence[Band]) -> bool:
    return any(band.from_ns <= operation.invoked_ns < (band.to_ns or sys.maxsize) for band in some)


def table(runtime: str, seeds: int, felt: Mapping[tuple[str, int], Felt]) -> Iterator[str]:
    """Lines of Markdown."""
    yield f"\n| {runtime}, {seeds} seeds | one leader | a leader in each |\n|---|---|---|"
    for number in sorted({number for _, number in felt}):
        one, several = (felt[variant, number] for variant in VARIANTS)
        name = f"datacenter {number}" + (" (the leader's, cut off later)" if number == 1 else "")
        yield f"| a write at {name} | {_times(one.write_ms)} | {_times(several.write_ms)} |"
        yield f"| a read there | {_times(one.read_ms)} | {_times(several.read_ms)} |"
        yield f"| answered there during the cut | {_share(one)} | {_share(several)} |"


def _times(took_ms: Sequence[float]) -> str:
    """The median, and what 95 of 100 did not exceed."""
    if len(took_ms) < 2:
        return "–"
    most = quantiles(took_ms, n=20, method="inclusive")[-1]
    return f"{median(took_ms):.1f} ms (95 %: {most:.1f})"


def _share(felt: Felt) -> str:
    return f"{felt.answered_in_cut / max(1, felt.in_cut):.0%} of {felt.in_cut}"


if __name__ == "__main__":
    main()
