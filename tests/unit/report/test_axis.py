"""The common time axis of several runs: what zero is, and when that was in each."""

from dataclasses import replace
from pathlib import Path

from chaos.history import History
from chaos.report.axis import FAULT, REQUEST, zeros
from tests.unit.checkers.test_known_histories import load
from tests.unit.report.runs import by_hand


def test_zero_is_the_first_fault_of_each(tmp_path: Path) -> None:
    saved = by_hand(tmp_path)
    kill = next(event for event in saved.history.events if event.f == "kill")
    assert zeros([saved, saved]) == (FAULT, [kill.time, kill.time])


def test_where_one_run_has_no_fault_zero_is_the_first_request(tmp_path: Path) -> None:
    saved = by_hand(tmp_path)
    calm = replace(saved, history=load("linearizable/not-found-concurrent-reads"))
    first = [run.history.events[0].time for run in (saved, calm)]
    assert zeros([saved, calm]) == (REQUEST, first)


def test_an_empty_run_begins_at_its_beginning(tmp_path: Path) -> None:
    saved = by_hand(tmp_path)
    assert zeros([replace(saved, history=History.of([]))]) == (REQUEST, [0])
