"""A run's folder, `runs/ID/VARIANT/STAMP/`: everything that a reader needs to judge the run again."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from chaos.cluster import Event
from chaos.history import Event as HistoryEvent
from chaos.history import History
from chaos.recording.recorder import Recorder

LATEST = "latest"
SAMPLES, MESSAGES, STALLS = "samples.jsonl", "messages.jsonl", "stalls.jsonl"


class RunFolder:
    """The files of one run; see `formats` in the documentation for what each contains."""

    is_kept: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.history = path / "history.jsonl"

    @classmethod
    def create(cls, out: Path, scenario: str, variant: str, began_s: float) -> "RunFolder":
        """A new folder, named after the wall-clock time; `out/latest` now points to it."""
        above = out / scenario / variant
        above.mkdir(parents=True, exist_ok=True)
        folder = cls(_new_directory(above, began_s))
        _point(out / LATEST, folder.path.relative_to(out))
        return folder

    def recorder(self, clock_ns: Callable[[], int]) -> Recorder:
        """Begin the history. Raises `FileExistsError` if there is one already."""
        return Recorder(self.history, clock_ns)

    def recorded(self) -> History:
        """The history, as it was written. Raises `HistoryError` naming the line, and `OSError`."""
        return History.load(self.history)

    def write_json(self, name: str, document: Mapping[str, Any]) -> None:
        """Write `document` for people and machines: indented, ending in a newline."""
        text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
        (self.path / name).write_text(text + "\n", encoding="utf-8")

    def read_json(self, name: str) -> dict[str, Any]:
        """Read a document back. Raises `ValueError` naming a file without a JSON object, and `OSError`."""
        try:
            document = json.loads((self.path / name).read_text(encoding="utf-8"))
        except RecursionError as error:
            raise ValueError(f"{self.path / name} is nested too deeply") from error
        if not isinstance(document, dict):
            raise ValueError(f"{self.path / name} must hold a JSON object, not {type(document).__name__}")
        return document

    def read_events(self) -> list[Event]:
        """The nodes' log lines; their `time_s` counts from the beginning of the run."""
        with (self.path / "events.jsonl").open(encoding="utf-8") as lines:
            return [_event(json.loads(line)) for line in lines]

    def write_lines(self, name: str, lines: Iterable[Mapping[str, Any]]) -> None:
        """Write one object per line, for what is shown beside the history."""
        with (self.path / name).open("w", encoding="utf-8") as file:
            file.writelines(
                json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines
            )

    def read_lines(self, name: str) -> list[dict[str, Any]]:
        """Read them back; empty if the run has no such file. Raises `ValueError` and `OSError`."""
        path = self.path / name
        if not path.exists():
            return []
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def write_events(self, events: Iterable[Event], began_s: float) -> None:
        """Write the nodes' log lines since the run began; `time` counts from then, as in the history."""
        with (self.path / "events.jsonl").open("w", encoding="utf-8") as file:
            for event in events:
                if event.time_s >= began_s:
                    file.write(json.dumps(_line(event, began_s), ensure_ascii=False, default=str) + "\n")


class NoFolder:
    """Keeps what a run needs of its folder in memory, for runs that can be repeated at any time."""

    is_kept: ClassVar[bool] = False

    def __init__(self) -> None:
        self._events: list[HistoryEvent] = []

    def recorder(self, clock_ns: Callable[[], int]) -> Recorder:
        """See `RunFolder`."""
        self._recorder = Recorder(self._events, clock_ns)
        return self._recorder

    def recorded(self) -> History:
        """See `RunFolder`. The recorder has refused what a reader would refuse."""
        return History(tuple(self._events), self._recorder.ends)

    def write_json(self, name: str, document: Mapping[str, Any]) -> None:
        """Nobody will read it."""

    def write_lines(self, name: str, lines: Iterable[Mapping[str, Any]]) -> None:
        """Nobody will read them."""

    def write_events(self, events: Iterable[Event], began_s: float) -> None:
        """Nobody will read them."""


def _line(event: Event, began_s: float) -> dict[str, Any]:
    time_ns = round((event.time_s - began_s) * 1e9)
    return {"time": time_ns, "node": event.node, "event": event.event, **event.fields}


def _event(line: dict[str, Any]) -> Event:
    return Event(line.pop("time") / 1e9, line.pop("node"), line.pop("event"), line)


def _new_directory(above: Path, began_s: float) -> Path:
    """The first free name of this second, because several labs may write here at once."""
    stamp = datetime.fromtimestamp(began_s, UTC).strftime("%Y%m%d-%H%M%S")
    number = 1
    while True:
        path = above / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def _point(link: Path, target: Path) -> None:
    """Make `link` point to `target`, in one step, so that it always points somewhere.

    If several labs do so at once, each first makes its own link and then renames it.
    """
    fresh = link.with_name(".".join(("", link.name, *target.parts)))
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
