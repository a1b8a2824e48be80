"""Listens to the simulated links and keeps what it heard, for the report of a saved run.

Listening changes nothing: no message waits for it, and it draws no random numbers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from chaos.recording.exchange import Exchange
from chaos.runtimes.simulated.clock import EPOCH_S
from services.errors import LabError
from services.messages import Message
from services.messages.notes import facts_of

MOST_EXCHANGES = 50_000


@dataclass(slots=True)
class Travel:
    """How far one request and its reply have come; seconds of the timeline."""

    arrived_s: float | None = None
    answered_s: float | None = None
    ended_s: float | None = None
    outcome: str | None = None

    @contextmanager
    def watched(self, now_s: Callable[[], float]) -> Iterator[None]:
        """While the block lasts somebody waits for the answer."""
        try:
            yield
        except LabError as error:
            self.outcome = error.kind.code
            raise
        else:
            self.outcome = "ok"
        finally:
            self.ended_s = now_s()


Listener = Callable[[float, Message], Travel]


class Eavesdropper:
    """Keeps the first `MOST_EXCHANGES`."""

    def __init__(self) -> None:
        self._heard: list[tuple[float, str, str, Message, Travel]] = []

    def listener(self, source: str, target: str) -> Listener:
        """To be called with the moment and the message whenever `source` asks `target`."""
        return partial(self._hear, source, target)

    def exchanges(self) -> list[Exchange]:
        """What was heard, as it stands now."""
        return [_exchange(*heard) for heard in self._heard]

    def _hear(self, source: str, target: str, now_s: float, message: Message) -> Travel:
        travel = Travel()
        if len(self._heard) < MOST_EXCHANGES:
            self._heard.append((now_s, source, target, message, travel))
        return travel


def _exchange(sent_s: float, source: str, target: str, message: Message, travel: Travel) -> Exchange:
    facts = facts_of(message)
    return Exchange(
        sent_s=EPOCH_S + sent_s,
        source=source,
        target=target,
        facts=facts,
        arrived_s=_since_1970(travel.arrived_s),
        answered_s=_since_1970(travel.answered_s),
        ended_s=_since_1970(travel.ended_s),
        outcome=travel.outcome,
    )


def _since_1970(moment_s: float | None) -> float | None:
    return None if moment_s is None else EPOCH_S + moment_s
