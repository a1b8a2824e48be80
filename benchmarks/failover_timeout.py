"""Detection timeout against downtime and against needless failovers: a sweep in simulation, drawn as SVG.

    PYTHONPATH=. .venv/bin/python benchmarks/failover_timeout.py [--seeds 20] [--workers 2] [--out FILE.svg]

Each seed draws hiccups of everyday length (two pauses of the leader, slow links between it and the
controller) and in the end kills the leader. The same hiccups meet every timeout, and the same seeds give the
same picture. (A load spike is none of them: in virtual time a busy processor delays nobody.)
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from statistics import mean, quantiles

from benchmarks.svg import curve, element, save
from chaos.cluster.seeds import child
from chaos.runtimes.workers import in_processes
from chaos.schedules.schedule import Schedule, Stroke
from chaos.sessions.simulate import Simulation, simulate

TIMEOUTS_MS = (100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3600, 5000)
PAUSES_MS = (30, 60, 120, 250, 500, 700)
LATENCIES_MS = (20, 50, 100, 200, 400, 600)
KILLED_AT_MS, LENGTH_MS = 5500, 12_500
PICTURE = Path("docs/pictures/failover-timeout.svg")
WIDTH, PANEL, MARGIN, GAP = 640, 170, 60, 50


@dataclass(frozen=True)
class Trial:
    """What one run cost."""

    timeout_ms: int
    outage_s: float
    needless: float


def simulation(timeout_ms: int, seed: int) -> Simulation:
    """The run of that seed; its hiccups are the same for every timeout."""
    random = child(seed, "hiccups")
    pauses = [
        Stroke(kind="pause", at_ms=at_ms, for_ms=random.choice(PAUSES_MS), source="leader")
        for at_ms in (300, 2000)
    ]
    slow = Stroke(
        kind="slow",
        at_ms=3500,
        for_ms=1000,
        source="leader",
        targets=("controller",),
        amount=random.choice(LATENCIES_MS),
    )
    dead = Stroke(kind="kill", at_ms=KILLED_AT_MS, for_ms=LENGTH_MS - KILLED_AT_MS, source="leader")
    schedule = Schedule((*pauses, slow, dead), LENGTH_MS)
    settings = (("detection_timeout_ms", timeout_ms),)
    return Simulation(
        "failover-timeout", "too-short", seed, schedule, clients=4, rate_per_s=20, settings=settings
    )


def attempt(run: Simulation) -> Trial:
    """Perform it, and read what it cost from the checkers' measures."""
    measures = {name: value for a in simulate(run).anomalies for name, value in a.measures.items()}
    timeout_ms = dict(run.settings)["detection_timeout_ms"]
    return Trial(timeout_ms, measures["long_outage_ms"] / 1000, measures["needless_failovers"])


def place(timeout_ms: float) -> float:
    """Where a timeout stands from left to right; logarithmic."""
    share = log(timeout_ms / TIMEOUTS_MS[0]) / log(TIMEOUTS_MS[-1] / TIMEOUTS_MS[0])
    return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)


def panel(top: int, title: str, colour: str, curves: Sequence[Sequence[float]]) -> list[str]:
    """One curve (the middle one of three) with the band between the others, over all timeouts."""
    most = max(map(max, curves)) * 1.1 or 1.0

    def places(values: Sequence[float]) -> list[tuple[float, float]]:
        heights = [round(top + PANEL * (1 - value / most), 1) for value in values]
        return list(zip(map(place, TIMEOUTS_MS), heights, strict=True))

    low, middle, high = map(places, curves)
    lines = [element("text", title, x=MARGIN, y=top - 8, font_weight="bold", fill=colour)]
    for share in (0.0, 0.5, 1.0):
        y = round(top + PANEL * (1 - share / 1.1), 1)
        lines.append(element("path", d=f"M{MARGIN} {y}H{WIDTH - MARGIN}", stroke="#dddddd"))
        number = f"{round(most / 1.1 * share, 2):g}"
        lines.append(element("text", number, x=MARGIN - 8, y=y + 4, text_anchor="end"))
    band = " ".join(f"{x},{y}" for x, y in (*low, *reversed(high)))
    lines.append(element("polygon", points=band, fill=colour, opacity=0.15))
    lines.append(curve(middle, colour, 2))
    return lines


def draw(trials: Sequence[Trial], path: Path) -> None:
    """Write the picture: downtime above, needless failovers below, one scale of timeouts for both."""
    by_timeout = [[trial for trial in trials if trial.timeout_ms == timeout] for timeout in TIMEOUTS_MS]
    outages = [quantiles([trial.outage_s for trial in some], n=4) for some in by_timeout]
    needless = [mean(trial.needless for trial in some) for some in by_timeout]
    tops = (MARGIN, MARGIN + PANEL + GAP)
    height = tops[1] + PANEL + MARGIN
    ticks = [
        element("text", str(timeout), x=place(timeout), y=height - MARGIN + 18, text_anchor="middle")
        for timeout in TIMEOUTS_MS
    ]
    parts = [
        *panel(tops[0], "longest outage, s (median, quartiles)", "#1b6ca8", list(zip(*outages, strict=True))),
        *panel(tops[1], "needless failovers a run (mean)", "#b5541c", [needless] * 3),
        *ticks,
        element("text", "detection timeout, ms", x=WIDTH / 2, y=height - 16, text_anchor="middle"),
    ]
    save(path, WIDTH, height, parts)


def main() -> None:
    """Sweep, print the table, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=PICTURE)
    given = parser.parse_args()
    runs = [simulation(t, seed) for t in TIMEOUTS_MS for seed in range(1, given.seeds + 1)]
    trials = list(in_processes(attempt, runs, given.workers))
    for timeout in TIMEOUTS_MS:
        some = [trial for trial in trials if trial.timeout_ms == timeout]
        outage_s = quantiles([trial.outage_s for trial in some], n=4)[1]
        print(f"{timeout:5} ms  {outage_s:.2f} s  {mean(trial.needless for trial in some):.2f} needless")
    draw(trials, given.out)


if __name__ == "__main__":
    main()
