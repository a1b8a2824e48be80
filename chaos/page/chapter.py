"""One history of the load by hand: what clients asked on their own keys, and what came of it.

It is bounded. When a chapter is full, the next one begins on new keys, so that each is a complete history:
every value read in it was written in it.
"""

import itertools
import secrets
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec

from chaos.history import Event, History
from chaos.recording.recorder import Recorder
from chaos.workloads.client import Client
from chaos.workloads.register import SOME_KEYS, with_some_written_once
from chaos.workloads.traffic import Traffic
from services.ports import Clock

# Operations of a chapter. Working out who knew what takes time that grows with their square.
MOST_OPERATIONS, MOST_KNOWING = 8000, 1500


class Rates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The load that somebody wants."""

    writes_per_s: float = 0
    reads_per_s: float = 0

    @property
    def per_s(self) -> float:
        """All requests."""
        return self.writes_per_s + self.reads_per_s


class OfItsOwn(Recorder):
    """A recorder that ignores all keys but those of its chapter."""

    def __init__(self, events: list[Event], clock: Clock, prefix: str) -> None:
        super().__init__(events, lambda: round(clock.monotonic() * 1e9))
        self._prefix = prefix

    def final(self, node: str, contents: Mapping[str, Any]) -> None:
        """See `Recorder`."""
        kept = {name: self._own(contents.get(name, {})) for name in ("registers", "sets", "siblings")}
        super().final(node, {**contents, **kept, "tables": {}})

    def _own(self, held: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in held.items() if key.startswith(self._prefix)}


class Chapter:
    """Clients of `gateways`, which say what they know if they are `knowing`, and their history."""

    def __init__(self, client: Client, gateways: Sequence[str], knowing: bool, clock: Clock) -> None:
        self._client, self._gateways, self._clock = client, gateways, clock
        self._knowing = knowing
        self._name = f"load-{secrets.token_hex(2)}"
        self._parts = itertools.count(1)
        self._events: list[Event] = []
        self._traffics: list[Traffic] = []
        self.recorder = OfItsOwn(self._events, clock, self._name)
        self.keys = ""
        self.operations = 0  # of the history that was taken last

    @property
    def is_full(self) -> bool:
        """Has it as many operations as can be judged again and again?"""
        return len(self._events) >= 2 * (MOST_KNOWING if self._knowing else MOST_OPERATIONS)

    def go_on(self, rates: Rates) -> None:
        """Go on with this load, on new keys, because no value is written to a key twice."""
        self.pause()
        prefix = f"{self._name}-{next(self._parts)}-"
        self.keys = f"{prefix}x0 to x{SOME_KEYS - 1}"
        workload = with_some_written_once(
            writes_per_s=rates.writes_per_s,
            reads_per_s=rates.reads_per_s,
            knowing=self._knowing,
            prefix=prefix,
        )
        chance = Random(prefix)
        self._traffics.append(
            workload.start(self._client, self.recorder, self._gateways, chance, self._clock)
        )

    def pause(self) -> None:
        """No new requests; those under way go on."""
        for traffic in self._traffics[-1:]:
            traffic.close_doors()

    async def stop(self) -> None:
        """No new requests; returns when the last one has ended."""
        for traffic in self._traffics:
            await traffic.stop()

    async def abandon(self) -> None:
        """Break off at once."""
        for traffic in self._traffics:
            await traffic.abandon()

    def history(self) -> History:
        """All of it up to now."""
        history = History(tuple(self._events), dict(self.recorder.ends))
        self.operations = len(self.recorder.ends)
        return history

    def outcomes(self) -> dict[str, int]:
        """How many writes were acknowledged, reads answered, requests refused, in doubt, or not sent."""
        counted = [traffic.counters for traffic in self._traffics]
        return {
            "acknowledged": sum(each.acknowledged() for each in counted),
            "answered": sum(each.reads() for each in counted),
            "refused": sum(each.failed() for each in counted),
            "in doubt": sum(each.indefinite() for each in counted),
            "not sent": sum(each.shed for each in counted),
        }
