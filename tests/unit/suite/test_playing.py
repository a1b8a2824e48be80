"""A run that a stall of the machine has spoiled is repeated, up to four times; nothing else is."""

import json
import subprocess
from collections.abc import Sequence

import pytest

from chaos.judging.verdict import STOOD_STILL
from tests.end_to_end.playing import TRIES, Done, is_spoiled, played, unless_spoiled

STALL, OTHER = f"{STOOD_STILL} for 0.7 s", "the fault did not bite"


class Lab:
    """Answers each variant with the outcomes that it has been given, one after the other."""

    def __init__(self, **outcomes: list[tuple[bool | None, str]]) -> None:
        self.asked: list[Sequence[str]] = []
        self._outcomes = outcomes

    def __call__(self, names: Sequence[str]) -> Done:
        self.asked.append(names)
        verdicts = [self._verdict(name.partition(":")[2]) for name in names]
        outcomes = [verdict["as_expected"] for verdict in verdicts]
        code = 1 if False in outcomes else 3 if None in outcomes else 0
        return subprocess.CompletedProcess([], code, json.dumps(verdicts), "said;")

    def _verdict(self, variant: str) -> dict[str, object]:
        as_expected, problem = self._outcomes[variant].pop(0)
        problems = [problem] if problem else []
        verdict = {"scenario": "s", "variant": variant, "folder": f"runs/{variant}"}
        return {**verdict, "as_expected": as_expected, "problems": problems}


def test_what_was_spoiled_is_played_again_alone() -> None:
    lab = Lab(a=[(True, "")], b=[(None, STALL), (True, "")], c=[(True, "")])
    found = played(lab, ["s:a", "s:b", "s:c"])
    assert lab.asked == [["s:a", "s:b", "s:c"], ["s:b"]]
    assert [(each["variant"], each["as_expected"]) for each in found.verdicts] == [
        ("a", True),
        ("b", True),
        ("c", True),
    ]
    assert (found.returncode, found.said) == (0, "said;said;")


def test_the_first_time_without_a_stall_counts_and_the_last_whatever_comes_of_it() -> None:
    for outcomes, code in (
        ([(None, STALL), (False, "")], 1),
        ([(None, STALL), (None, OTHER)], 3),
        ([(None, STALL)] * 4 + [(True, "")], 0),
        ([(None, STALL)] * TRIES, 3),
    ):
        lab = Lab(a=list(outcomes))
        assert (played(lab, ["s:a"]).returncode, len(lab.asked)) == (code, len(outcomes))


def test_a_failure_beside_it_stays_one() -> None:
    lab = Lab(a=[(False, "")], b=[(None, STALL), (True, "")])
    assert played(lab, ["s:a", "s:b"]).returncode == 1


@pytest.mark.parametrize(
    ("as_expected", "problem", "spoiled"),
    [(None, STALL, True), (None, OTHER, False), (False, STALL, False), (False, "", False), (True, "", False)],
)
def test_nothing_but_a_stall_is_a_reason(as_expected: bool | None, problem: str, spoiled: bool) -> None:
    assert is_spoiled({"as_expected": as_expected, "problems": [problem]}) is spoiled
    lab = Lab(a=[(as_expected, problem), (True, "")])
    played(lab, ["s:a"])
    assert len(lab.asked) == 1 + spoiled


@pytest.mark.parametrize(
    ("code", "said", "times"), [(3, STALL, TRIES), (3, OTHER, 1), (1, STALL, 1), (0, "", 1)]
)
def test_words_tell_it_too(code: int, said: str, times: int) -> None:
    asked: list[int] = []

    def run() -> Done:
        asked.append(code)
        return subprocess.CompletedProcess([], code, said, "")

    unless_spoiled(run)
    assert len(asked) == times
