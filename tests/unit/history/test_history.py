"""What a history file must look like, and what is said when it does not."""

import math
from pathlib import Path

import pytest

from chaos.history import History, HistoryError, canonical

INVOKE = '{"index":0,"time":5,"type":"invoke","process":0,"f":"write","key":"x","value":1,"gateway":"g1"}'
OK = (
    '{"index":1,"time":9,"type":"ok","process":0,"f":"write","key":"x","value":1,'
    '"node":"n1","epoch":2,"position":7}'
)
INFO = '{"index":1,"time":9,"type":"info","process":0,"f":"write","key":"x","value":1,"error":"timed-out"}'


def event(index: int, type_: str, **changes: object) -> str:
    fields = {"index": index, "time": index, "type": type_, "process": 0, "f": "read", "key": "x"} | changes
    return canonical(fields).decode()


def load(tmp_path: Path, *lines: str) -> History:
    path = tmp_path / "history.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    return History.load(path)


def test_an_invocation_and_its_end_are_one_operation(tmp_path: Path) -> None:
    (operation,) = load(tmp_path, INVOKE, OK).operations
    assert (operation.f, operation.key, operation.value, operation.outcome) == ("write", "x", 1, "ok")
    assert (operation.index, operation.completed_index, operation.event_indexes) == (0, 1, (0, 1))
    assert (operation.invoked_ns, operation.returned_ns) == (5, 9)
    assert (operation.gateway, operation.node, operation.epoch, operation.position) == ("g1", "n1", 2, 7)


@pytest.mark.parametrize("lines", [(INVOKE,), (INVOKE, INFO)])
def test_doubt_lasts_for_ever(tmp_path: Path, lines: tuple[str, ...]) -> None:
    (operation,) = load(tmp_path, *lines).operations
    assert operation.outcome == "info"
    assert operation.returned_ns == operation.end == math.inf


def test_the_value_of_a_read_is_its_result(tmp_path: Path) -> None:
    history = load(tmp_path, event(0, "invoke"), event(1, "ok", value=[1, 2]), event(2, "invoke"))
    assert [operation.value for operation in history.operations] == [[1, 2], None]


def test_finals_and_faults_are_apart_from_what_clients_did(tmp_path: Path) -> None:
    fault = '{"index":2,"time":9,"type":"info","process":"nemesis","f":"kill","value":["n1"]}'
    final = event(3, "invoke", process=1, final=True, node="n1", time=9)
    history = load(tmp_path, INVOKE, OK, fault, final)
    assert [operation.f for operation in history.client_operations] == ["write"]
    assert [operation.node for operation in history.finals] == ["n1"]
    assert [strike.f for strike in history.nemesis] == ["kill"]


def test_a_final_read_of_an_old_recording_tells_its_position_like_all_others(tmp_path: Path) -> None:
    old = event(1, "ok", value=1, position=[2, 7], final=True, node="n1")
    (read,) = load(tmp_path, event(0, "invoke", final=True, node="n1"), old).finals
    assert read.position == 7


def test_order_is_by_index_not_by_time(tmp_path: Path) -> None:
    lines = [event(i, t, process=i // 2, time=0) for i, t in enumerate(("invoke", "ok", "invoke", "ok"))]
    first, second = load(tmp_path, *lines).operations
    assert first.precedes(second)
    assert not second.precedes(first)


MALFORMED = [
    (("{",), "line 1: Input data was truncated"),
    ((INVOKE, ""), "line 2: "),
    (('{"index":0}',), "line 1: Object missing required field `time`"),
    ((event(0, "started"),), "line 1: Invalid enum value 'started' - at `$.type`"),
    ((event(0, "invoke", process="p"),), "line 1: Invalid enum value 'p' - at `$.process`"),
    ((event(1, "invoke"),), "line 1: expected index 0 (dense from 0), not 1"),
    ((INVOKE, event(1, "ok", time=4)), "line 2: expected a time of at least 5, not 4"),
    ((event(0, "ok"),), "line 1: expected an invoke by process 0, not ok"),
    ((INVOKE, event(1, "invoke", time=5)), "line 2: expected the end of operation 0, not another one by"),
    ((INVOKE, INFO, event(2, "invoke", time=9)), "line 3: expected another process, because this one met"),
    (
        (INVOKE, event(1, "ok", time=5)),
        "line 2: expected the end of write on 'x' (event 0), not that of read",
    ),
    ((event(0, "invoke", process="nemesis"),), "line 1: expected type info for a fault, not invoke"),
]


@pytest.mark.parametrize(("lines", "text"), MALFORMED)
def test_a_malformed_line_is_named_with_its_number(tmp_path: Path, lines: tuple[str, ...], text: str) -> None:
    with pytest.raises(HistoryError) as error:
        load(tmp_path, *lines)
    assert text in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'history.jsonl'} line ")


def test_values_are_equal_as_json_is() -> None:
    different: list[object] = [1, 1.0, True, "1", [1], None]
    assert len({canonical(value) for value in different}) == len(different)
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
