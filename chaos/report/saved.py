"""A run as saved in its folder: all that a report is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from chaos.cluster import Event
from chaos.history import History, Operation
from chaos.judging.verdict import Verdict
from chaos.recording.folder import MESSAGES, SAMPLES, RunFolder


@dataclass(frozen=True)
class Saved:
    """The recording and its verdict. `samples` and `messages` may be empty, as in older runs."""

    about: Mapping[str, Any]
    verdict: Verdict
    history: History
    events: Sequence[Event]
    samples: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]

    @cached_property
    def end_ns(self) -> int:
        """When the last thing happened."""
        return max((event.time for event in self.history.events), default=0)

    @cached_property
    def partitions(self) -> Mapping[str, int]:
        """The partition of which each replica has a copy; empty if all have the same keys."""
        layout = self.about.get("options", {}).get("partitions", ())
        return {node: number for number, group in enumerate(layout, 1) for node in group}

    def ended_ns(self, operation: Operation) -> int | None:
        """When its outcome was recorded; None while it is open."""
        end = operation.completed_index
        return None if end is None else self.history.events[end].time

    @property
    def name(self) -> str:
        """As people type it, for instance `split-brain:lease`."""
        return f"{self.verdict.scenario}:{self.verdict.variant}"


def read(folder: RunFolder, about: Mapping[str, Any], verdict: Verdict) -> Saved:
    """The run in `folder`. Raises `ValueError` naming what is damaged, and `OSError`."""
    return Saved(
        about=about,
        verdict=msgspec.convert(verdict.to_json(), Verdict),  # as it will be read again
        history=folder.recorded(),
        events=folder.read_events(),
        samples=folder.read_lines(SAMPLES),
        messages=folder.read_lines(MESSAGES),
    )


def read_again(folder: RunFolder) -> Saved:
    """The run in `folder`, with the verdict saved there. Raises `ValueError` and `OSError`."""
    verdict = msgspec.convert(folder.read_json("verdict.json"), Verdict)
    return read(folder, folder.read_json("run.json"), verdict)
