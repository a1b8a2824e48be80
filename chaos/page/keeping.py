"""'Save as scenario': what was done by hand, on this cluster, under this load, as a schedule in a file.

Only orders given on the page count, not those from other terminals. A cluster that comes up anew begins a new
story.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from chaos.cluster import ClusterError
from chaos.cluster.shape import DEVICE, Companion, Shape
from chaos.judging.suitable import gravest
from chaos.page.chapter import Rates
from chaos.page.deeds import Deed, Done, done_by
from chaos.page.orders import Order
from chaos.page.seen import Seen
from chaos.page.watcher import Tell
from chaos.schedules.aims import Aims
from chaos.schedules.schedule import Schedule, Stroke
from chaos.schedules.telling import WrittenError
from chaos.schedules.written import Written, written
from services.adapters.clock import SystemClock
from services.families import DEFAULT
from services.settings import CommonSettings, settings_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "runs" / "by-hand"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
AFTER_MS = 2000  # how long the load goes on after the last fault
LEAD_MS = 1000  # for a hand-over to the node that led when it began
USUAL = Rates(20, 20)


class Keeping:
    """The story so far, as the page shows it, and how it is saved."""

    def __init__(self, tell: Tell, folder: Path = FOLDER) -> None:
        self._tell, self._folder = tell, folder
        self._clock = SystemClock()
        self._deeds: list[Deed] = []
        self._seen: Seen | None = None  # before the first of them

    @contextmanager
    def noting(self, order: Order, seen: Seen | None) -> Iterator[None]:
        """Note that the block obeys `order` on the cluster that was `seen`; a failed order is not noted."""
        began_s = self._clock.monotonic()
        yield
        if seen is None:
            return
        if self._seen is None or self._seen.name != seen.name:
            self._deeds, self._seen = [], seen
        if self._deeds or not order.what.startswith(("heal", "resume")):
            self._deeds.append(Deed(order, began_s, self._clock.monotonic()))

    async def show(self) -> None:
        """Tell every page."""
        await self._tell("deeds", {"words": [str(done) for done in self._done()]})

    async def forget(self) -> str:
        """Start over; returns that it was done."""
        self._deeds, self._seen = [], None
        await self.show()
        return "what was done so far is forgotten; what it broke stays broken"

    def save(self, name: str, rates: Rates, found: tuple[str, ...]) -> str:
        """Write the file; returns where it is, and the command that repeats it. Raises `ClusterError`."""
        if not NAME.fullmatch(name):
            raise ClusterError(
                f"a name has lower-case letters, digits and dashes, 40 at most, unlike {name!r}"
            )
        text = as_text(self._written(name, rates, found).to_json())
        try:
            written(json.loads(text))
        except WrittenError as error:
            raise ClusterError(f"it cannot be repeated: {error}; start over, and do it again") from error
        path = self._folder / f"{name}.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise ClusterError(f"there is a schedule {name} already; choose another name") from error
        except OSError as error:
            raise ClusterError(f"{path} cannot be written: {error.strerror}") from error
        assert self._seen
        where = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        return f"saved; repeat it with ./lab run --schedule {where} --on {self._seen.runtime}"

    def _done(self) -> list[Done]:
        if self._seen is None:
            return []
        aims = Aims(shape_of(self._seen), _settings(self._seen))
        return done_by(self._deeds, self._clock.monotonic(), partial(_peers, aims))

    def _written(self, name: str, rates: Rates, found: tuple[str, ...]) -> Written:
        strokes, seen = tuple(each.stroke for each in self._done()), self._seen
        if seen is None or not strokes:
            raise ClusterError("nothing was done by hand on this page yet; break something first")
        strokes = (*_lead(seen), *(_later(stroke, LEAD_MS if _lead(seen) else 0) for stroke in strokes))
        ends_ms = max(stroke.at_ms + stroke.for_ms for stroke in strokes)
        load = rates if rates.writes_per_s else Rates(1, rates.reads_per_s) if rates.per_s else USUAL
        return Written(
            Schedule(strokes, ends_ms + AFTER_MS),
            f"{name}, saved from the live page",
            _unusual(seen),
            shape_of(seen),
            load.writes_per_s,
            load.reads_per_s,
            gravest(found),
        )


def as_text(document: Mapping[str, Any]) -> str:
    """The file's text: a line for each field, and one for each stroke."""
    lines = [f'  "{name}": {_json(value)}' for name, value in document.items() if name != "strokes"]
    strokes = ",\n".join(f"    {_json(stroke)}" for stroke in document["strokes"])
    return "{\n" + ",\n".join([*lines, f'  "strokes": [\n{strokes}\n  ]']) + "\n}\n"


def shape_of(seen: Seen) -> Shape:
    """The shape of a cluster that was seen."""
    gateways = len(seen.doors) - len(seen.devices)
    devices = tuple(Companion(name, DEVICE) for name in seen.devices)
    return Shape(len(seen.replicas), gateways, companions=devices)


def _peers(aims: Aims, node: str) -> tuple[str, ...]:
    return aims.linked(node, [each for each in aims.nodes if each != node])


def _settings(seen: Seen) -> CommonSettings:
    return settings_of({name: value for name, value in seen.settings.items() if value is not None})


def _unusual(seen: Seen) -> dict[str, Any]:
    """The settings that are not a family's usual ones, and its name."""
    usual, given = _as_json(settings_of({"family": seen.family})), _as_json(dict(seen.settings))
    return {
        "family": seen.family,
        **{name: value for name, value in given.items() if usual.get(name) != value},
    }


def _as_json(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return document


def _lead(seen: Seen) -> tuple[Stroke, ...]:
    """A cluster begins with its first replica as the leader; when all this began, another may have led."""
    if seen.family != DEFAULT or seen.settings.get("partitions"):
        return ()
    leaders = [each["node"] for each in seen.running if each["role"] == "leader"]
    if len(leaders) != 1 or leaders[0] == seen.replicas[0]:
        return ()
    return (Stroke(kind="hand-over", at_ms=0, for_ms=0, source="leader", targets=(leaders[0],)),)


def _later(stroke: Stroke, by_ms: int) -> Stroke:
    return msgspec.structs.replace(stroke, at_ms=stroke.at_ms + by_ms)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
