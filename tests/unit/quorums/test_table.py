"""Small tables that are really measured: the prediction is held against them, and they come out again."""

import json
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chaos.cli import app
from chaos.quorums.evidence import Sample
from chaos.quorums.picture import chart, write_picture, y_of
from chaos.quorums.table import Bin, Row, row, trials
from chaos.quorums.trial import Trial, measure

READS = 300
ERRORS = 5  # standard errors of what so few reads show; a share beyond that is no chance


@cache
def samples(n: int, w: int, r: int) -> tuple[Sample, ...]:
    return tuple(measure(Trial(n, w, r, seed, READS)) for seed in (1, 2))


@cache
def measured(n: int, w: int, r: int) -> Row:
    return row(n, w, r, samples(n, w, r))


@pytest.mark.parametrize(("n", "w", "r"), [(3, 1, 1), (3, 2, 1), (3, 2, 2), (5, 2, 2)])
class TestMeasured:
    def test_as_many_reads_are_stale_as_was_predicted(self, n: int, w: int, r: int) -> None:
        for each in measured(n, w, r).bins:
            low, high = each.predicted
            assert low - error(each) <= each.measured <= high + error(each), each

    def test_no_more_are_than_the_formula_allows(self, n: int, w: int, r: int) -> None:
        found = measured(n, w, r)
        for k, share in enumerate(found.behind, 1):
            assert share <= found.bound(k) + error(found.at_once), (k, share)
        assert not found.overlaps or not any(found.behind)

    def test_requests_succeed_as_long_as_enough_homes_live(self, n: int, w: int, r: int) -> None:
        found = measured(n, w, r)
        assert len(found.writes) == len(found.reads) == n
        for dead, (writes, reads) in enumerate(zip(found.writes, found.reads, strict=True)):
            assert writes.ok == (writes.of if n - dead >= w else 0), dead
            assert reads.ok == (reads.of if n - dead >= r else 0), dead
            assert writes.of >= 10 and reads.of >= 10


def error(each: Bin) -> float:
    """So far may a share be from its probability by chance: the least of it is for shares close to 0."""
    high = min(0.5, max(each.predicted.high, 1 / each.reads))
    return float(ERRORS * (high * (1 - high) / each.reads) ** 0.5)


def test_waiting_for_more_homes_takes_longer() -> None:
    one, two = measured(3, 1, 1), measured(3, 2, 1)
    assert one.write_ms[0] < two.write_ms[0] and one.read_ms[0] < measured(3, 2, 2).read_ms[0]


def test_the_same_seed_shows_the_same() -> None:
    assert measure(Trial(3, 1, 1, 1, READS)) == samples(3, 1, 1)[0]


def test_there_is_a_trial_for_each_w_and_r_and_seed() -> None:
    assert len({*trials((3, 5), range(1, 4), READS)}) == 3 * (9 + 25)


def test_the_picture_has_everything_at_its_place(tmp_path: Path) -> None:
    drawn = chart(measured(3, 1, 1))
    assert drawn.bound_y == y_of(2 / 3) and len(drawn.dots) == len(drawn.row.bins)
    assert y_of(1.0) < drawn.dots[0].y < drawn.dots[-1].y <= y_of(0.0)
    write_picture([measured(3, 1, 1), measured(3, 2, 2), measured(5, 2, 2)], tmp_path / "table.html")
    text = (tmp_path / "table.html").read_text(encoding="utf-8")
    assert text.count("<polygon") == 3 and "5 homes" in text and "<script" not in text


def test_the_command_says_it_all_as_json() -> None:
    arguments = ["quorum-table", "--n", "1", "--seeds", "1", "--reads", "100", "--workers", "1", "--json"]
    result = CliRunner().invoke(app, arguments)
    (only,) = json.loads(result.stdout)["rows"]
    assert (only["n"], only["w"], only["r"], only["overlaps"]) == (1, 1, 1, True)
    assert only["stale_per_1000"] == {"measured": 0.0, "predicted": [0.0, 0.0]}


@pytest.mark.parametrize("wrong", (["--n", "0"], ["--n", "8"], ["--seeds", "3..1"], ["--reads", "1"]))
def test_bad_input_is_wrong_usage(wrong: list[str]) -> None:
    assert CliRunner().invoke(app, ["quorum-table", *wrong]).exit_code == 2
