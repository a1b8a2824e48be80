"""A line of the merged log, as the page shows it."""

import msgspec

from chaos.cluster import Event
from chaos.history import NEMESIS
from services import logline
from services.logline import LogLine

MOST_CHARACTERS = 500  # a traceback is in `./lab logs` in full


class Line(msgspec.Struct, frozen=True):
    """`kind` is fault, notable or plain; `time_s` counts from 1970."""

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
