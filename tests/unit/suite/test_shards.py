"""A shard is a part of the tests, and all shards are all of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from chaos.commands.test import _is_whole
from tests.repository import ROOT
from tests.shards import Shard

ITEMS = [f"file{number % 7}.py::test{number}" for number in range(40)]

PROGRAM = """
import pytest
@pytest.mark.long
@pytest.mark.parametrize("number", range(7))
def test_long(number): pass
@pytest.mark.parametrize("number", range(3))
def test_short(number): pass
"""


def file_of(item: str) -> str:
    return item.partition("::")[0]


@pytest.mark.parametrize("count", [1, 2, 5, 7, 50])
def test_together_they_are_everything_and_nothing_twice(count: int) -> None:
    parts = [Shard(number, count).of(ITEMS, str) for number in range(1, count + 1)]
    assert sorted(item for part in parts for item in part) == sorted(ITEMS)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert parts == [Shard(number, count).of(ITEMS, str) for number in range(1, count + 1)]


def test_what_belongs_together_stays_together() -> None:
    parts = [Shard(number, 3).of(ITEMS, file_of) for number in (1, 2, 3)]
    assert sorted(item for part in parts for item in part) == sorted(ITEMS)
    files = [set(map(file_of, part)) for part in parts]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@pytest.mark.parametrize("text", ["", "2", "0/5", "6/5", "2/", "/5", "-1/5", "a/b", "2/5/7", "1.0/2"])
def test_anything_else_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(ValueError, match="say --shard 2/5") as refused:
        Shard.parse(text)
    assert repr(text) in str(refused.value)


def test_pytest_runs_the_part_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "test_program.py").write_text(PROGRAM)
    parts = [collected(tmp_path, "--shard", f"{number}/3") for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(collected(tmp_path))
    assert [sum("short" in name for name in part) for part in parts] == [0, 3, 0], "they share a file"


def test_a_wrong_one_costs_one_line(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--shard", "6/5")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.strip() == "ERROR: --shard '6/5' is none: for the second of five parts say --shard 2/5"


def pytest_in(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    places = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), str(folder))
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--collect-only", *places, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def collected(folder: Path, *arguments: str) -> list[str]:
    said = pytest_in(folder, *arguments).stdout.splitlines()
    return [line.strip() for line in said if "test_" in line and "[" in line]


@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        ([], True),
        (["--long"], True),
        (["--shard", "2/5"], True),
        (["--long", "--shard", "2/5"], True),
        (["--shard=2/5", "--long"], True),
        (["tests/unit"], False),
        (["--long", "tests/unit"], False),
        (["--shard", "2/5", "tests/unit"], False),
        (["-k", "lease"], False),
    ],
)
def test_the_lanes_are_for_the_whole(arguments: list[str], whole: bool) -> None:
    assert _is_whole(arguments) is whole
