"""Small random histories of a few sessions: keys, repeated values, compare-and-set, pending operations."""

from typing import Any

from hypothesis import strategies as st

from chaos.history import Event, History

MOST_OPERATIONS = 6
PROCESSES = 3
NODES = ("n1", "n2")


@st.composite
def histories(
    draw: st.DrawFn, fs: tuple[str, ...] = ("write", "read"), keys: str = "x", fresh: bool = True
) -> History:
    """Up to six operations `fs` on `keys` by three processes; `fresh`: no value is written twice."""
    events: list[Event] = []
    open_: dict[int, Event] = {}
    idle = list(range(PROCESSES))
    left = draw(st.integers(2, MOST_OPERATIONS))
    written = dict.fromkeys(keys, 0)

    def event(type_: Any, process: int, f: str, key: str, value: Any, **fields: Any) -> Event:
        index = len(events)
        events.append(
            Event(index=index, time=index, type=type_, process=process, f=f, key=key, value=value, **fields)
        )
        return events[-1]

    def value_of(key: str) -> Any:
        return draw(st.one_of(st.integers(1, written[key]), st.none()) if written[key] else st.none())

    def asked(f: str, key: str) -> Any:
        if f in ("read", "delete"):
            return None
        expected = value_of(key) if f == "cas" else None
        written[key] += 1
        new = written[key] if fresh else draw(st.integers(1, 2))
        return [expected, new] if f == "cas" else new

    while left or open_:
        if left and idle and (not open_ or draw(st.booleans())):
            process, f, key = (
                draw(st.sampled_from(idle)),
                draw(st.sampled_from(fs)),
                draw(st.sampled_from(keys)),
            )
            idle.remove(process)
            open_[process] = event("invoke", process, f, key, asked(f, key))
            left -= 1
        elif open_:
            process = draw(st.sampled_from(sorted(open_)))
            begun = open_.pop(process)
            outcome = draw(st.sampled_from(("ok", "ok", "ok", "ok", "fail", "info", "open")))
            value = value_of(str(begun.key)) if begun.f == "read" else begun.value
            if outcome == "ok":
                event(
                    "ok", process, begun.f, str(begun.key), value, node=draw(st.sampled_from(NODES)), epoch=1
                )
            elif outcome != "open":
                event(outcome, process, begun.f, str(begun.key), begun.value, error="some")
            if outcome in ("ok", "fail"):
                idle.append(process)
        else:
            break
    return History.of(events)
