"""Checkers by name, and what becomes of one that crashes."""

from pathlib import Path

import msgspec
import pytest

from chaos import checkers
from chaos.checkers import lost_write
from chaos.history import Event, History


def test_every_file_is_a_checker_by_its_name() -> None:
    names = {path.stem for path in Path(checkers.__file__).parent.glob("[a-z]*.py")}
    assert {name.replace("-", "_") for name in checkers.checker_names()} == names
    assert checkers.find_checker("lost-write") is lost_write.check


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"there is no checker 'lost-writes'; there are: .*lost-write, "):
        checkers.run_checker("lost-writes", History.of([]))


def test_a_crash_is_unknown_with_its_traceback_and_never_a_pass() -> None:
    finding = checkers.run_checker("lost-write", History.of([]), no_such_parameter=1)
    assert finding.found is None
    assert "the checker crashed" in finding.reason
    assert "TypeError" in finding.reason


def test_a_set_that_is_no_list_is_unknown() -> None:
    from_elsewhere = (
        '{"index":0,"time":0,"type":"invoke","process":0,"f":"add","key":"s","value":1}',
        '{"index":1,"time":1,"type":"ok","process":0,"f":"add","key":"s","value":1}',
        '{"index":2,"time":2,"type":"invoke","process":1,"f":"read","key":"s","final":true,"node":"n1"}',
        '{"index":3,"time":3,"type":"ok","process":1,"f":"read","key":"s","value":7,"final":true,"node":"n1"}',
    )
    finding = checkers.run_checker(
        "lost-write", History.of(msgspec.json.decode(line, type=Event) for line in from_elsewhere)
    )
    assert finding.found is None
    assert "a set is read as a list, not as 7" in finding.reason
