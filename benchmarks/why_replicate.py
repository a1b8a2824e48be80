"""What copies are worth: the scenario `why-replicate` with one to five replicas, in simulation, drawn as SVG.

    PYTHONPATH=. .venv/bin/python benchmarks/why_replicate.py [--seeds 5] [--out FILE.svg]

The load is more than two nodes of the stated capacity can serve. The same seeds give the same picture.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from benchmarks.svg import curve, element, save
from chaos.cluster.shape import Shape
from chaos.recording.folder import NoFolder
from chaos.running.narrator import Tone
from chaos.running.runner import play
from chaos.runtimes.registry import RUNTIMES
from chaos.sessions.session import standing
from scenarios.why_replicate import SCENARIO

REPLICAS = (1, 2, 3, 4, 5)
RATE_PER_S, CLIENTS = 240, 48
PICTURE = Path("docs/pictures/why-replicate.svg")
PANELS = (
    ("reads_per_s", "reads answered a second", "#1b6ca8"),
    ("read_ms_g2", "a read of users far away, ms (median)", "#b5541c"),
    ("answered", "part of all requests that was answered", "#2d7d46"),
)
WIDTH, PANEL, MARGIN, GAP = 520, 130, 60, 44


def measured(replicas: int, seed: int) -> Mapping[str, float]:
    """The measures of one run."""
    return RUNTIMES["sim"].run(_measure(replicas, seed))


async def _measure(replicas: int, seed: int) -> Mapping[str, float]:
    shape = Shape(replicas=replicas)
    workload = replace(SCENARIO.workload, rate_per_s=RATE_PER_S, clients=CLIENTS)
    variant = replace(SCENARIO.variants[0], shape=shape, workload=workload)
    async with standing(RUNTIMES["sim"], shape, seed, _to_nobody) as stage:
        return (await play(stage, SCENARIO, variant, seed, NoFolder())).measures


def _to_nobody(second: float, text: str, tone: Tone) -> None:
    """Nobody watches."""


def draw(means: Mapping[int, Mapping[str, float]], path: Path) -> None:
    """Write the picture: one panel below the other, the number of replicas from left to right."""
    height = 2 * MARGIN + len(PANELS) * (PANEL + GAP) - GAP
    parts = []
    for number, (name, title, colour) in enumerate(PANELS):
        values = [means[replicas][name] for replicas in REPLICAS]
        parts += _panel(MARGIN + number * (PANEL + GAP), title, colour, values)
    for replicas in REPLICAS:
        parts.append(_text(_across(replicas), height - MARGIN + 18, str(replicas), anchor="middle"))
    parts.append(_text(WIDTH / 2, height - 14, "replicas", anchor="middle"))
    save(path, WIDTH, height, parts)


def _panel(top: int, title: str, colour: str, values: Sequence[float]) -> list[str]:
    most = max(values) * 1.15
    heights = [round(top + PANEL * (1 - value / most), 1) for value in values]
    places = list(zip(map(_across, REPLICAS), heights, strict=True))
    return [
        _text(MARGIN, top - 8, title, colour),
        element("path", d=f"M{MARGIN} {top + PANEL}H{WIDTH - MARGIN}", stroke="#dddddd"),
        curve(places, colour, 2),
        *(element("circle", cx=x, cy=y, r=3, fill=colour) for x, y in places),
        *(
            _text(x, y - 8, f"{value:.3g}", anchor="middle")
            for (x, y), value in zip(places, values, strict=True)
        ),
    ]


def _across(replicas: int) -> float:
    return MARGIN + 20 + (replicas - 1) * (WIDTH - 2 * MARGIN - 40) / (len(REPLICAS) - 1)


def _text(x: float, y: float, text: str, colour: str = "#333333", anchor: str = "start") -> str:
    return element("text", text, x=x, y=y, fill=colour, text_anchor=anchor)


def main() -> None:
    """Run, print the table, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=PICTURE)
    given = parser.parse_args()
    means = {}
    for replicas in REPLICAS:
        runs = [measured(replicas, seed) for seed in range(1, given.seeds + 1)]
        means[replicas] = {name: mean(run[name] for run in runs) for name, _, _ in PANELS}
        print(f"{replicas} replicas:", ", ".join(f"{k} {v:.4g}" for k, v in means[replicas].items()))
    draw(means, given.out)


if __name__ == "__main__":
    main()
