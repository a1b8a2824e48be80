"""Small runs for the tests of the report: real recordings, made by hand or in the simulation."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chaos.checkers import run_checker
from chaos.cluster import Event
from chaos.judging.verdict import Verdict
from chaos.recording.folder import RunFolder
from chaos.recording.recorder import Recorder
from chaos.report.saved import Saved, read
from chaos.sessions.simulate import Simulation, save

ABOUT = {"command": "./lab run lost-writes:async --seed 7", "options": {"replication": "async"}}


class Clock:
    """Goes on by 40 ms with each look."""

    def __init__(self) -> None:
        self._now_ns = 0

    def __call__(self) -> int:
        self._now_ns += 40_000_000
        return self._now_ns


def lose_a_write(recorder: Recorder, *, key: str = "x", node: str = "n1", value: Any = 1) -> None:
    """A write is acknowledged, its leader dies and comes back without it."""
    process = recorder.new_process()
    recorder.ok(recorder.invoke(process, "write", key, value, gateway="g1"), node=node, epoch=1, position=1)
    recorder.nemesis("kill", {"nodes": [node]})
    refused = recorder.invoke(process, "write", key, "late", gateway="g1")
    recorder.fail(refused, "no-leader: nobody leads")
    doubtful = recorder.invoke(process, "write", "y", "who knows", gateway="g1")
    recorder.info(doubtful, "timed-out: g1 did not answer")
    recorder.nemesis("start", {"nodes": [node]})
    for replica in (node, "n2"):
        recorder.final(replica, {"registers": {"y": 2}, "sets": {}, "epoch": 2, "position": [2, 1]})


EVENTS = (
    Event(0.001, "n1", "promoted", {"role": "leader", "epoch": 1, "position": 0, "reason": "first"}),
    Event(0.2, "n2", "promoted", {"role": "leader", "epoch": 2, "position": 0, "reason": "n1 silent"}),
    Event(0.01, "n2", "started", {"role": "follower", "epoch": 2}),
)


def by_hand(
    path: Path, *, events: Sequence[Event] = EVENTS, about: Mapping[str, Any] = ABOUT, **names: Any
) -> Saved:
    """The run of `lose_a_write`, judged, in the folder `path`."""
    folder = RunFolder(path)
    with Recorder(folder.history, Clock()) as recorder:
        lose_a_write(recorder, **names)
    folder.write_events(events, 0)
    findings = (run_checker("lost-write", folder.recorded()),)
    verdict = Verdict("lost-writes", "async", "problem", "sim", 7, True, findings, {"acknowledged": 1.0})
    folder.write_json("run.json", {**about, "start": "2026-01-01T00:00:00.000+00:00"})
    folder.write_json("verdict.json", verdict.to_json())
    return read(folder, about, verdict)


def simulated(out: Path, *names: str, seed: int = 5) -> Iterator[Path]:
    """The folders of real runs in virtual time, of the variants with these names."""
    for name in names:
        scenario, _, variant = name.partition(":")
        yield save(Simulation(scenario, variant, seed), out).folder
