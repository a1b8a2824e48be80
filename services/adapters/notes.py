"""What a node last said and heard: noted at both ends of each request, kept until newer notes push it out.

Only both ends together tell what happened. A caller that gets no answer does not know whether its request
arrived; a node that answers does not know whether its answer did. Each stream has a unique name, and requests
on it have numbers, so whoever collects the notes can match the two of one request.
"""

import time
from collections import deque
from collections.abc import Callable
from itertools import count, islice
from secrets import token_hex

from services.messages import AskNotes, Message, Notes
from services.messages.notes import Note, facts_of

MOST_KEPT, MOST_AT_ONCE = 5_000, 2_000


class Notebook:
    """The notebook of the node `name`, for this life of its process."""

    def __init__(self, name: str, now_s: Callable[[], float] = time.time) -> None:
        self.now_s = now_s
        self._name, self._life = name, token_hex(4)
        self._streams = count(1)
        self._notes = deque[Note](maxlen=MOST_KEPT)
        self._count = 0

    def new_stream(self) -> str:
        """The name of a new stream that this node opens: the node's name, `/`, and more."""
        return f"{self._name}/{self._life}/{next(self._streams)}"

    def said(
        self, stream: str, number: int, message: Message, to: str, since_s: float, outcome: str | None
    ) -> None:
        """Note that this node has waited until now for the answer of `to`."""
        self._add(Note(stream, number, facts_of(message), to, since_s, self.now_s(), outcome))

    def heard(self, stream: str, number: int, message: Message, since_s: float) -> None:
        """Note that this node has answered a request."""
        self._add(Note(stream, number, facts_of(message), None, since_s, self.now_s()))

    def read(self, asked: AskNotes) -> Notes:
        """Some of the notes that the caller does not have yet, in order."""
        has = asked.after if asked.life == self._life else 0
        first = max(0, len(self._notes) - max(0, self._count - has))
        found = list(islice(self._notes, first, first + MOST_AT_ONCE))
        until = self._count - len(self._notes) + first + len(found)
        return Notes(node=self._name, life=self._life, until=until, notes=found, more=until < self._count)

    def _add(self, note: Note) -> None:
        self._notes.append(note)
        self._count += 1
