"""The same seed gives the same recording, byte for byte, whatever else is different.

Each comparison is between processes of their own, so that nothing which they share can hide a
difference: neither the order of sets, nor addresses in memory, nor the version of Python.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from chaos.catalogue.discover import all_scenarios, select
from chaos.sessions.simulate import Simulation
from services.families import FAMILIES
from tests.simulation.fingerprint import RECORDED, recording, simulation

ROOT = Path(__file__).resolve().parents[2]
SEEDS, ALL_SEEDS = 100, 300  # all: every variant, by its script and by chance
SEEDS_OF_OTHER_VERSIONS = 48
VERSIONS = ("3.11", "3.12", "3.13")
LITTER = "litter = [[str(i), {i}] for i in range(100_000)]; del litter[::2]"
OWN_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def fingerprints(
    seeds: int, *, python: str = sys.executable, first: str = "", hash_seed: int = 0
) -> list[str]:
    """A line for each of so many seeds, from an interpreter that executed `first` before anything else."""
    code = f"{first}\nfrom tests.simulation.fingerprint import main\nmain(0, {seeds - 1})"
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [python, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@cache
def ours(seeds: int) -> list[str]:
    return fingerprints(seeds, hash_seed=1)


@pytest.mark.parametrize(
    "seeds", [SEEDS, pytest.param(ALL_SEEDS, marks=pytest.mark.long)], ids=["few", "all"]
)
def test_nothing_but_the_seed_decides(seeds: int) -> None:
    with ThreadPoolExecutor() as pool:
        others = pool.submit(fingerprints, seeds, hash_seed=2, first=LITTER)
        assert ours(seeds) == others.result()
    assert len({line.split()[2] for line in ours(seeds)}) == seeds


def test_few_seeds_play_every_family_and_all_seeds_play_everything() -> None:
    few = [simulation(seed) for seed in range(SEEDS_OF_OTHER_VERSIONS)]
    families = {(family(one), one.schedule is None) for one in few}
    assert families == set(product(FAMILIES, (False, True)))
    every = {(one.scenario, one.variant, one.schedule is None) for one in map(simulation, range(ALL_SEEDS))}
    assert len(every) == 2 * sum(len(scenario.variants) for scenario in all_scenarios())


def test_a_second_run_in_the_same_process_is_the_same(tmp_path: Path) -> None:
    lengths = Counter[str]()
    for seed in range(3):
        recordings = [recording(seed, tmp_path / f"{seed}-{turn}") for turn in "ab"]
        assert recordings[0] == recordings[1]
        lengths.update({name: len(recorded) for name, recorded in recordings[0].items()})
    assert all(lengths[name] for name in RECORDED)


def family(played: Simulation) -> str:
    ((scenario, (variant,)),) = select([f"{played.scenario}:{played.variant}"])
    return scenario.settings_of(variant).family


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_python_records_the_same(version: str) -> None:
    if version == OWN_VERSION:
        pytest.skip("this is the version that runs the tests")
    theirs = fingerprints(SEEDS_OF_OTHER_VERSIONS, python=interpreter(version))
    assert theirs == ours(SEEDS)[:SEEDS_OF_OTHER_VERSIONS]


def interpreter(version: str) -> str:
    """A Python of that version: the one that LAB_PYTHONS lists, which must be able to simulate.

    Elsewhere one on the PATH will do, if it happens to have what the simulation imports. CI sets the
    variable, and so cannot leave out a version that its machine has.
    """
    if "LAB_PYTHONS" in os.environ:
        listed = filter(None, os.environ["LAB_PYTHONS"].split(os.pathsep))
        chosen = next((python for python in listed if _is(version, python)), None)
    elif os.environ.get("CI"):
        pytest.fail("LAB_PYTHONS is not set; .ci/run does that", pytrace=False)
    else:
        chosen = shutil.which(f"python{version}")
        chosen = chosen if chosen and _is(version, chosen, "apsw, msgspec") else None
    return chosen or pytest.skip(f"no Python {version} with apsw and msgspec here; LAB_PYTHONS may name one")


def _is(version: str, python: str, modules: str = "sys") -> bool:
    check = f"import sys, {modules}; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
