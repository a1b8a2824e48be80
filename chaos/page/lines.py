"""A line of the merged log, as the page shows it."""

import math

import msgspec
from msgspec.structs import replace

from chaos.cluster import Event
from chaos.history import NEMESIS
from services import logline
from services.logline import LogLine

MOST_CHARACTERS = 500  # a traceback is in `./lab logs` in full
CONFLICTS = ("conflict-recorded", "conflict-resolved", "conflict-merged")
AGAIN_S = 5.0  # what is said of a key after a shorter silence is said again: under load that never ends


class Line(msgspec.Struct, frozen=True):
    """`kind` is fault, notable, conflict or plain, which is no highlight; `time_s` counts from 1970."""

    time_s: float
    node: str
    kind: str
    text: str


def line(event: Event) -> Line:
    """The event in words, as in the node's own log, without its time and its name, which stand beside it."""
    if event.node == NEMESIS:
        return Line(event.time_s, "by hand", "fault", str(event.fields.get("what", event.event)))
    text = logline.as_text(LogLine(None, event.node, event.event, event.fields))
    words = text.removesuffix(logline.MARK).removeprefix(f"{event.node} ")
    kind = "notable" if logline.is_notable(event.event) else "plain"
    return Line(event.time_s, event.node, kind, words[:MOST_CHARACTERS])


class Lines:
    """Events in words, one after the other, in the order of time.

    Where several lead, a conflict is what one waits for, so it stands out; but under load each leader tells
    of many on the same keys, among which nothing else would be found.
    """

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], float] = {}  # when each node told of a conflict on each key

    def line(self, event: Event) -> Line:
        """See `line`; a conflict that a node has not just told of, on that key, is a highlight."""
        told = line(event)
        if event.event not in CONFLICTS:
            return told
        what = event.node, str(event.fields.get("key"))
        silence_s = event.time_s - self._latest.get(what, -math.inf)
        self._latest[what] = event.time_s
        return replace(told, kind="conflict") if silence_s >= AGAIN_S else told
