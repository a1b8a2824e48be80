"""What is recorded for the report alone changes nothing: a run that is kept is the run that was swept."""

from pathlib import Path

import pytest

from chaos.cluster.shape import Shape
from chaos.recording.folder import MESSAGES, SAMPLES, NoFolder, RunFolder
from chaos.runtimes.simulation import SimulatedCluster
from chaos.sessions.simulate import simulate
from tests.simulation.fingerprint import simulation

SEEDS = range(16)


def overhearing(seed: int, shape: Shape) -> SimulatedCluster:
    return SimulatedCluster(seed, shape, overhear=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_watching_changes_nothing(seed: int, tmp_path: Path) -> None:
    kept, swept = RunFolder(tmp_path), NoFolder()
    verdict = simulate(simulation(seed), kept, make=overhearing)
    assert verdict == simulate(simulation(seed), swept)
    assert kept.recorded().events == swept.recorded().events


def test_messages_and_samples_tell_what_happened(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    simulate(simulation(0), folder, make=overhearing)
    messages, samples = folder.read_lines(MESSAGES), folder.read_lines(SAMPLES)
    assert {"client", "g1", "n1", "controller"} <= {message["from"] for message in messages}
    assert all(message["from"] != "lab" for message in messages)
    lost = [message for message in messages if message["arrived"] is None]
    assert lost
    assert all(message["outcome"] != "ok" for message in lost)
    answered = [message for message in messages if message["outcome"] == "ok"]
    assert all(m["time"] < m["arrived"] <= m["answered"] < m["ended"] for m in answered)
    assert {sample["node"] for sample in samples} == {"n1", "n2", "n3"}
    assert {"leader", "follower"} <= {sample.get("role") for sample in samples}
    assert any("error" in sample for sample in samples)
