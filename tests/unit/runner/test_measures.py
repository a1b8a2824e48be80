"""Numbers from a history that is small enough to count by hand."""

from typing import Any

from chaos.history import Event, History
from chaos.judging.measures import measure
from chaos.running.judgement import doubts

MS = 1_000_000


def history(*events: dict[str, Any]) -> History:
    """Events at `at` milliseconds, in order."""
    return History.of(
        Event(index=index, time=event.pop("at") * MS, **event) for index, event in enumerate(events)
    )


def write(process: int, begin: int, end: int, sequence: int) -> list[dict[str, Any]]:
    both = {"process": process, "f": "write", "key": "x", "value": sequence}
    done = {"node": "n1", "epoch": 1, "position": [1, sequence]}
    return [{"at": begin, "type": "invoke", **both}, {"at": end, "type": "ok", **both, **done}]


def read(process: int, begin: int, end: int, node: str, sequence: int) -> list[dict[str, Any]]:
    both = {"process": process, "f": "read", "key": "x"}
    done = {"node": node, "epoch": 1, "position": [1, sequence], "value": sequence}
    return [{"at": begin, "type": "invoke", **both}, {"at": end, "type": "ok", **both, **done}]


def test_downtime_is_the_longest_time_between_two_acknowledgements() -> None:
    numbers = measure(history(*write(0, 0, 10, 1), *write(0, 20, 30, 2), *write(0, 40, 930, 3)))
    assert (numbers["acknowledged"], numbers["downtime_ms"]) == (3, 900)


def test_a_replica_lags_since_the_first_acknowledged_write_beyond_what_it_shows() -> None:
    numbers = measure(
        history(
            *write(0, 0, 10, 1),
            *write(0, 20, 30, 2),
            *write(0, 40, 50, 3),
            *read(1, 130, 131, "n2", 1),
            *read(1, 140, 141, "n1", 3),
        )
    )
    assert (numbers["lag_ms_n2"], numbers["lag_ms_n1"]) == (100, 0)


def test_a_history_without_answers_has_no_downtime_and_no_lag() -> None:
    numbers = measure(history({"at": 0, "type": "invoke", "process": 0, "f": "read", "key": "x"}))
    nothing = {"acknowledged": 0, "read": 0, "reads_per_s": 0, "answered": 0, "failed": 0, "downtime_ms": 0}
    assert numbers == {**nothing, "in_doubt": 1}


def test_reads_are_measured_at_each_gateway() -> None:
    def asked(begin: int, end: int, gateway: str) -> list[dict[str, Any]]:
        about = {"process": 0, "f": "read", "key": "x", "gateway": gateway}
        return [{"at": begin, "type": "invoke", **about}, {"at": end, "type": "ok", "value": 1, **about}]

    numbers = measure(history(*asked(0, 10, "g1"), *asked(10, 210, "g2"), *asked(1000, 1030, "g1")))
    assert (numbers["read_ms_g1"], numbers["read_ms_g2"]) == (20, 200)
    assert (numbers["reads_per_s"], numbers["answered"]) == (3, 1)


def test_only_operations_before_the_first_fault_count_towards_what_is_needed() -> None:
    fault = {"at": 35, "type": "info", "process": "nemesis", "f": "kill", "value": {"nodes": ["n1"]}}
    recorded = history(*write(0, 0, 10, 1), *write(0, 20, 30, 2), fault, *write(0, 40, 50, 3))
    assert doubts(recorded, least_before_fault=2) == []
    assert "only 2 operations" in doubts(recorded, least_before_fault=3)[0]
    assert doubts(history(*write(0, 0, 10, 1)), 1) == ["no fault struck"]
