"""The same seed gives the same recording, byte for byte, whatever else is different.

Each comparison is between processes of their own, so that nothing which they share can hide a
difference: neither the order of sets, nor addresses in memory, nor the version of Python.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from tests.simulation.fingerprint import RECORDED, recording

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 200
SEEDS_OF_OTHER_VERSIONS = 24  # every variant, by its script and by chance
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
LITTER = "litter = [[str(i), {i}] for i in range(100_000)]; del litter[::2]"


def fingerprints(seeds: int, *, python: str = sys.executable, first: str = "", hash_seed: int = 0) -> str:
    """The digests of so many seeds, from an interpreter that executed `first` before anything else."""
    code = f"{first}\nfrom tests.simulation.fingerprint import main\nmain(0, {seeds - 1})"
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [python, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_nothing_but_the_seed_decides() -> None:
    with ThreadPoolExecutor() as pool:
        others = pool.submit(fingerprints, SEEDS, hash_seed=2, first=LITTER)
        ours, theirs = fingerprints(SEEDS, hash_seed=1), others.result()
    assert ours.splitlines() == theirs.splitlines()
    assert len({line.split()[2] for line in ours.splitlines()}) == SEEDS


def test_a_second_run_in_the_same_process_is_the_same(tmp_path: Path) -> None:
    for seed in range(3):
        recordings = [recording(seed, tmp_path / f"{seed}-{turn}") for turn in "ab"]
        assert recordings[0] == recordings[1]
        assert all(recordings[0][name] for name in RECORDED)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_python_records_the_same(version: str) -> None:
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("this is the version that runs the tests")
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} with apsw and msgspec is on the PATH or in LAB_PYTHONS")
    assert fingerprints(SEEDS_OF_OTHER_VERSIONS, python=python) == here()


@cache
def here() -> str:
    return fingerprints(SEEDS_OF_OTHER_VERSIONS)


def interpreter(version: str) -> str | None:
    """A Python of that version that can simulate."""
    listed = os.environ.get("LAB_PYTHONS", "").split(os.pathsep)
    candidates = [python for python in (*listed, shutil.which(f"python{version}")) if python]
    check = f"import sys, apsw, msgspec; sys.exit(sys.version_info[:2] != ({version.replace('.', ', ')}))"
    return next((python for python in candidates if _succeeds([python, "-c", check])), None)


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
