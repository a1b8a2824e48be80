"""What two homes send each other to become alike, against how much of 2000 keys differs; as a table and SVG.

    PYTHONPATH=. .venv/bin/python benchmarks/anti_entropy.py [PICTURE.svg]

Counted is every message as it goes over the wire. The dotted line is what a copy of everything would cost.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.svg import curve, element, save
from services.messages import encode
from services.messages.leaderless import Exchange
from services.messages.versions import Stamp, Version, Versions
from tests.unit.leaderless.test_merkle import Homes

KEYS = 2000
DIFFERING = (0, 1, 4, 20, 100, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000)
WIDTH, HEIGHT, MARGIN = 640, 380, 60
COLOUR = "#1b6ca8"
ALL: dict[str, Versions] = {f"key-{number}": (Version(Stamp(1, "g1"), number),) for number in range(KEYS)}

Points = Sequence[tuple[int, int]]


def main() -> None:
    """Measure, print, draw."""
    points = [(count, sent(count)) for count in DIFFERING]
    everything = len(encode(Exchange(cells=ALL)))
    print("| keys that differ | bytes | bytes for each |\n|---|---|---|")
    for count, size in points:
        print(f"| {count} | {size:,} | {round(size / count) if count else ''} |")
    print(f"all {KEYS} keys in one message: {everything:,} bytes")
    if len(sys.argv) > 1:
        draw(points, everything, Path(sys.argv[1]))


def sent(differing: int) -> int:
    """The bytes of one comparison, when one home lacks so many of the keys."""
    homes = Homes(ALL, dict(list(ALL.items())[differing:]))
    asyncio.run(homes.parts["n1"].compare("n2"))
    assert homes.held["n2"].keys() == ALL.keys()
    return homes.sent


def draw(points: Points, everything: int, path: Path) -> None:
    """Both axes linear, so what is proportional is a straight line."""
    most = max(everything, *(size for _, size in points))

    def place(count: float, size: float) -> tuple[float, float]:
        x = MARGIN + count / KEYS * (WIDTH - 2 * MARGIN)
        return round(x, 1), round(HEIGHT - MARGIN - size / most * (HEIGHT - 2 * MARGIN), 1)

    parts = []
    for share in range(5):
        (left, y), (right, _) = place(0, most * share / 4), place(KEYS, 0)
        parts.append(element("line", x1=left, y1=y, x2=right, y2=y, stroke="#ddd"))
        parts.append(element("text", f"{most * share // 4000} kB", x=8, y=y + 4))
        x, bottom = place(KEYS * share / 4, 0)
        parts.append(element("text", f"{KEYS * share // 4}", x=x - 10, y=bottom + 18))
    parts.append(curve([place(0, everything), place(KEYS, everything)], COLOUR, 1.5, stroke_dasharray="2 4"))
    parts.append(curve([place(*point) for point in points], COLOUR, 1.5))
    parts.append(element("text", f"keys that differ, of {KEYS}", x=MARGIN, y=HEIGHT - 14))
    parts.append(element("text", "bytes between two homes; dotted: all keys", x=MARGIN, y=MARGIN - 20))
    save(path, WIDTH, HEIGHT, parts)


if __name__ == "__main__":
    main()
