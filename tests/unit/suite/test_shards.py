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


def test_long_tests_are_shared_out_one_by_one_and_others_by_their_file(tmp_path: Path) -> None:
    (tmp_path / "test_program.py").write_text(PROGRAM)
    places = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path))
    options = ("-p", "tests.conftest", "--collect-only", *places, "--shard", "2/3")
    command = [sys.executable, "-m", "pytest", *options]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    collected = [line.strip() for line in said.splitlines() if "[" in line]
    long, short = (["test_long[1]", "test_long[4]"], [f"test_short[{number}]" for number in range(3)])
    assert [name for name in (*long, *short) if name not in said] == []
    assert len(collected) == len([*long, *short]), said


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
