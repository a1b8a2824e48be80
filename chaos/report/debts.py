"""Hints as debts: what each node keeps for an unreachable home, until it hands it over or the hint expires.

It comes from the nodes' logs, so it exists on real machines, too. A second hint of one key for one home is
not another debt, because it is merged with the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chaos.cluster import Event

PAID = {"handed-home": "handed home", "hints-expired": "expired"}
LEFT, WIDTH, HEIGHT = 60.0, 700.0, 46.0


@dataclass(frozen=True)
class Debt:
    """What one node kept for another: the number of keys over time (seconds, count), and how they went."""

    holder: str
    home: str
    steps: tuple[tuple[float, int], ...]
    kept: int
    handed_home: int
    expired: int

    @property
    def most(self) -> int:
        """The most at any one time."""
        return max(count for _, count in self.steps)


class _Account:
    """The running account of one holder and one home."""

    def __init__(self) -> None:
        self.keys: dict[str, None] = {}
        self.steps: list[tuple[float, int]] = []
        self.kept = 0
        self.paid = dict.fromkeys(PAID, 0)

    def keep(self, key: str, at_s: float) -> None:
        if key not in self.keys:
            self.keys[key] = None
            self.kept += 1
            self.steps.append((at_s, len(self.keys)))

    def pay(self, event: str, count: int, at_s: float) -> None:
        """The oldest go first."""
        for key in list(self.keys)[:count]:
            del self.keys[key]
        self.paid[event] += count
        self.steps.append((at_s, len(self.keys)))


def debts(events: Iterable[Event]) -> list[Debt]:
    """Every debt that the log mentions, in the order of beginning."""
    accounts: dict[tuple[str, str], _Account] = {}
    for event in sorted(events, key=lambda each: each.time_s):
        if event.event == "hint-kept":
            home = str(event.fields["for"])
            accounts.setdefault((event.node, home), _Account()).keep(str(event.fields["key"]), event.time_s)
        elif event.event in PAID:
            account = accounts.setdefault((event.node, str(event.fields["to"])), _Account())
            account.pay(event.event, int(event.fields["count"]), event.time_s)
    return [
        Debt(holder, home, tuple(account.steps), account.kept, *(account.paid[name] for name in PAID))
        for (holder, home), account in accounts.items()
    ]


def line(debt: Debt, end_s: float) -> str:
    """The points of the debt as stairs, from the beginning of the run to its end."""
    scale, high = (WIDTH - LEFT) / max(end_s, 0.001), (HEIGHT - 10) / max(1, debt.most)
    points, before = [(LEFT, HEIGHT - 4)], HEIGHT - 4
    for at_s, count in debt.steps:
        x, y = LEFT + max(0.0, at_s) * scale, HEIGHT - 4 - count * high
        points += [(x, before), (x, y)]
        before = y
    points += [(WIDTH, before), (WIDTH, HEIGHT - 4)]
    return text_of(points)


def text_of(points: Sequence[tuple[float, float]]) -> str:
    """As SVG has points."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
