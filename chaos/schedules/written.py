"""A schedule in a file of its own: which cluster, which load, which faults when; docs/schedules.md shows one.

It comes from people, from the live page or by hand, so each mistake is one line that names the place, the
value that stands there, and what would be right.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from chaos.catalogue.names import hint
from chaos.checkers import checker_names
from chaos.cluster.shape import DEFAULT, MOST_REPLICAS, Companion, Shape
from chaos.schedules.schedule import Schedule
from chaos.schedules.strokes_written import NodesOf, strokes_in
from chaos.schedules.telling import WrittenError, named, shown, whole
from services.errors import LabError
from services.gateway.inputs import parsed
from services.roles import ROLES
from services.settings import CommonSettings, settings_of

FORMAT = "lab-schedule-1"
MOST_BYTES = 1 << 20
MOST_PER_S = 500
MOST_BEFORE = 10_000
LONGEST_MS = 600_000
FIELDS = ("format", "title", "settings", "shape", "load", "finds", "before", "length_ms", "strokes")
SHAPE = ("replicas", "gateways", "spares", "companions")
COMPANION, LOAD = ("name", "role"), ("writes_per_s", "reads_per_s")
_BODY = re.compile(r"^the body .* (?=is not JSON|is not UTF-8|contains half)")
BEFORE = Schedule((), 0).before
HERE = "docs/schedules.md shows one"


@dataclass(frozen=True)
class Written:
    """What such a file holds. `finds` are the anomalies that it must show; none: it must do no harm."""

    schedule: Schedule
    title: str = "a schedule that was written down"
    settings: Mapping[str, Any] = field(default_factory=dict)
    shape: Shape = DEFAULT
    writes_per_s: float = 20
    reads_per_s: float = 20
    finds: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        schedule: dict[str, Any] = msgspec.to_builtins(self.schedule)
        return {
            "format": FORMAT,
            "title": self.title,
            "settings": dict(self.settings),
            "shape": msgspec.to_builtins(self.shape),
            "load": {"writes_per_s": self.writes_per_s, "reads_per_s": self.reads_per_s},
            "finds": list(self.finds),
            "before": schedule["before"],
            "length_ms": schedule["length_ms"],
            "strokes": schedule["strokes"],
        }


def read(path: Path) -> Written:
    """The schedule in that file. Raises `WrittenError`, which says in a line what is wrong with it."""
    try:
        return written(_document(path))
    except WrittenError as error:
        raise WrittenError(f"{path}: {error}") from error


def _document(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise WrittenError(f"it cannot be read ({error.strerror}); name a schedule's file, {HERE}") from error
    if len(body) > MOST_BYTES:
        raise WrittenError(f"it has more than {MOST_BYTES} bytes, and a schedule has no more; {HERE}")
    try:
        return parsed(body)
    except LabError as error:
        raise WrittenError(f"{_BODY.sub('it ', error.text)}; {HERE}") from error


def written(document: Any) -> Written:
    """What `document` says. Raises `WrittenError`."""
    if not isinstance(document, dict):
        raise WrittenError(f"a schedule is a JSON object, not {shown(document)}; {HERE}")
    named("", document, FIELDS)
    if document.get("format", FORMAT) != FORMAT:
        raise WrittenError(f"format is {shown(document['format'])}; this lab reads {FORMAT}")
    shape, settings = _shape(document.get("shape", {})), document.get("settings", {})
    checked = _settings(settings, shape)
    writes, reads = _load(document.get("load", {}))
    return Written(
        schedule=_schedule(document, NodesOf(shape, checked)),
        title=_text("title", document.get("title", Written.title)),
        settings=settings,
        shape=shape,
        writes_per_s=writes,
        reads_per_s=reads,
        finds=_finds(document.get("finds", [])),
    )


def _schedule(document: Mapping[str, Any], nodes: NodesOf) -> Schedule:
    strokes = strokes_in(document.get("strokes"), nodes, LONGEST_MS)
    return Schedule(
        strokes,
        whole("length_ms", document.get("length_ms", 0), 0, LONGEST_MS),
        whole("before", document.get("before", BEFORE), 0, MOST_BEFORE),
    )


def _settings(document: Any, shape: Shape) -> CommonSettings:
    if not isinstance(document, dict):
        raise WrittenError(f'settings is an object like {{"replication": "async"}}, not {shown(document)}')
    try:
        settings = settings_of(document)
        settings.check_fit(shape.members)
    except ValueError as error:
        raise WrittenError(f"settings: {error}") from error
    return settings


def _shape(document: Any) -> Shape:
    if not isinstance(document, dict):
        raise WrittenError(f'shape is an object like {{"replicas": 3, "gateways": 2}}, not {shown(document)}')
    named("shape.", document, SHAPE)
    numbers = {
        name: whole(f"shape.{name}", document[name], 0, MOST_REPLICAS)
        for name in SHAPE[:3]
        if name in document
    }
    companions = tuple(map(_companion, _list("shape.companions", document.get("companions", []))))
    try:
        return Shape(**numbers, companions=companions)
    except ValueError as error:
        raise WrittenError(f"shape: {error}") from error


def _companion(document: Any) -> Companion:
    if not isinstance(document, dict) or set(document) != set(COMPANION):
        example = '{"name": "phone", "role": "device"}'
        raise WrittenError(f"a companion in shape is an object like {example}, not {shown(document)}")
    name, role = (_text(f"shape.companions.{each}", document[each]) for each in COMPANION)
    _known("shape.companions.role", role, ROLES)
    return Companion(name, role)


def _load(document: Any) -> tuple[float, float]:
    if not isinstance(document, dict):
        raise WrittenError(f'load is an object like {{"writes_per_s": 20}}, not {shown(document)}')
    named("load.", document, LOAD)
    writes, reads = (_rate(name, document.get(name, getattr(Written, name))) for name in LOAD)
    if not writes:
        raise WrittenError(
            "load.writes_per_s is 0; without a write there is nothing to break, so say 1 or more"
        )
    return writes, reads


def _rate(name: str, value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if not is_number or not 0 <= value <= MOST_PER_S:
        raise WrittenError(f"load.{name} is {shown(value)}; it is a number from 0 to {MOST_PER_S}")
    return float(value)


def _finds(document: Any) -> tuple[str, ...]:
    names = [_text("finds", name) for name in _list("finds", document)]
    for name in names:
        _known("finds", name, checker_names())
    return tuple(dict.fromkeys(names))


def _list(where: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise WrittenError(f"{where} is a list, not {shown(value)}")
    return value


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise WrittenError(f"{where} is a text of at most 200 characters, not {shown(value)}")
    return value


def _known(where: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise WrittenError(f"{where} has {name!r}, which does not exist; {hint(name, known)}")
