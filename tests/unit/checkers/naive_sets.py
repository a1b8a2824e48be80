"""What Jepsen's `set-full` says of each element, event by event, as its documentation tells it."""

from collections import Counter

from chaos.history import Event, History


class Element:
    """What is known of one element so far: the events by which it was known, seen last and missed last."""

    def __init__(self) -> None:
        self.known: int | None = None
        self.last_present = -1
        self.last_absent = -1
        self.absences: list[int] = []

    def read(self, begun: Event, ended: Event, present: bool) -> None:
        if present:
            self.known = ended.index if self.known is None else self.known
            self.last_present = max(self.last_present, begun.index)
        else:
            self.last_absent = max(self.last_absent, begun.index)
            self.absences.append(begun.index)

    @property
    def fate(self) -> str:
        if self.last_present > self.last_absent:
            late = self.known is not None and any(absence > self.known for absence in self.absences)
            return "stale" if late else "stable"
        if self.known is not None and self.known < self.last_absent:
            return "lost"
        return "never_read"


def elements(history: History) -> list[Element]:
    """The elements of all adds that did not fail, and all that were read whoever added them."""
    shown = {
        value
        for op in history.client_operations
        if op.f == "read" and op.outcome == "ok"
        for value in op.value
    }
    seen = {value: Element() for value in sorted(shown)}
    open_events: dict[object, Event] = {}
    for event in history.events:
        if event.final:
            continue
        if event.type == "invoke":
            open_events[event.process] = event
            if event.f == "add":
                seen[event.value] = Element()  # what was read before that would be from the future
            continue
        begun = open_events.pop(event.process)
        if event.f == "add" and event.type == "fail":
            if event.value not in shown:
                del seen[event.value]
        elif event.f == "add" and event.type == "ok" and seen[event.value].known is None:
            seen[event.value].known = event.index
        elif event.f == "read" and event.type == "ok":
            for value, element in seen.items():
                element.read(begun, event, value in event.value)
    return list(seen.values())


def fates(history: History) -> dict[str, int]:
    """How many had which; a stale element is stable, too."""
    counted = Counter(element.fate for element in elements(history))
    return {
        "set_stable": counted["stable"] + counted["stale"],
        "set_stale": counted["stale"],
        "set_lost": counted["lost"],
        "set_never_read": counted["never_read"],
    }


def lost(history: History) -> int:
    return fates(history)["set_lost"]
