"""Where a history may say what an operation knew: `saw` where a change begins, `siblings` where a read ends.

A key that several may write at once can hold several values, its siblings. A client that has read them says
so with its next write (`saw`): these are what it means to replace. (Riak's causal contexts carry the same.)
"""

from collections.abc import Iterable

from chaos.history.event import NEMESIS, Event, Row


def misplaced(event: Event | Row) -> str | None:
    """What is wrong with where this event says what it knew; None when nothing is."""
    where = f"the {event.type} of {event.f}"
    if event.saw is not None and (event.type != "invoke" or event.f == "read" or event.process == NEMESIS):
        return f"expected saw on the invoke of a write alone, not on {where}"
    if event.siblings is not None and (event.type != "ok" or event.f != "read"):
        return f"expected siblings on the ok of a read alone, not on {where}"
    return None


def knowing(events: Iterable[Event | Row]) -> list[Event | Row]:
    """Those of the events that say what they knew."""
    return [event for event in events if event.saw is not None or event.siblings is not None]
