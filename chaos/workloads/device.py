"""One client of a workload: what it was told to send back, and what it knows of each key."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chaos.workloads.client import Answer, Caller, Custom, Request, SaysWhatItSaw


class Seen(NamedTuple):
    """What a device knows of a key: the values it saw last, and what stands for them where it asks."""

    values: tuple[Any, ...] = ()
    context: str | None = None


NOTHING_SEEN = Seen()


@dataclass
class Device:
    """One device: always at the same gateway, under a process number that changes after doubt.

    It sends back the last token it was given. When it is told that what the token stands for was lost, it
    begins a new session: what it knew is no more, and it was not kept in the dark about it.
    """

    number: int
    process: int
    token: str | None = None
    sessions: int = 1
    seen: dict[str, Seen] = field(default_factory=dict)  # of each key that it has read or written

    def caller(self, request: Request | Custom) -> Caller:
        """Who asks on this device."""
        user = request.session
        session = user if user is None or self.sessions == 1 else f"{user}~{self.sessions}"
        seen = self.knows(request)
        return Caller(session, self.token, seen.context if seen else None)

    def knows(self, request: Request | Custom) -> Seen | None:
        """What it has seen of the key that it is to change, if it goes by that."""
        if isinstance(request, Request):  # first, for nearly all are, and a protocol is slow to ask for
            return self.seen.get(request.key, NOTHING_SEEN) if request.knowing else None
        if isinstance(request, SaysWhatItSaw) and request.saw is not None:
            return Seen(request.saw)
        return None

    def learns(self, request: Request | Custom, answer: Answer) -> None:
        """It was answered."""
        self.token = answer.token or self.token
        if isinstance(request, Request):
            shown = answer.value if request.f == "read" else request.value
            values = (shown,) if answer.siblings is None else answer.siblings
            known = () if values == (None,) else values
            self.seen[request.key] = Seen(known, answer.context)

    def begin_session(self) -> None:
        """As if it had never been here before."""
        self.token = None
        self.sessions += 1
