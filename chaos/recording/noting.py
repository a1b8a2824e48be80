"""What nodes in real processes said to each other, put together from the notes of both ends.

A killed node takes its newest notes with it, so the lab asks all nodes often. If only the caller has noted a
request, an answer still proves that it arrived. If only the receiver has noted it, it was sent no later than
it arrived.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol, runtime_checkable

from chaos.cluster import Cluster, ClusterError
from chaos.cluster.links import CONTROLLER, Link
from chaos.recording.exchange import Exchange
from services.messages import AskNotes, Notes
from services.messages.notes import Note
from services.ports import Clock

PERIOD_S = 0.25
MOST_EXCHANGES = 50_000
UNHEARD = ("timed-out", "connection-lost", "unreachable", None)  # the outcomes without an answer


@runtime_checkable
class Noting(Protocol):
    """An extra ability of clusters whose nodes note what they say."""

    async def notes(self, node: str, asked: AskNotes) -> Notes:
        """The next notes of `node`. Raises `ClusterError`."""


class Collection:
    """The notes of all nodes of `cluster`, which has these `links`, on what ended after `since_s`."""

    def __init__(self, cluster: Noting, links: Iterable[Link] = (), since_s: float = 0.0) -> None:
        self._cluster, self._since_s = cluster, since_s
        self._targets = {link.address_key: link.target for link in links}  # including power switches
        self._has: dict[str, AskNotes] = {}  # what to ask each node next
        self._said: dict[tuple[str, int], Note] = {}
        self._heard: dict[tuple[str, int], tuple[str, Note]] = {}

    async def follow(self, node: str, clock: Clock) -> None:
        """Ask it again and again, until cancelled."""
        while True:
            await self.ask(node)
            await clock.sleep(PERIOD_S)

    async def ask(self, node: str) -> None:
        """Take its new notes; none if it does not answer."""
        with suppress(ClusterError):
            while (await self._next(node)).more:
                pass

    def exchanges(self) -> list[Exchange]:
        """Every request that was noted, in the order of sending."""
        made = [self._exchange(call, said) for call, said in self._said.items()]
        made += [
            _only_heard(call, node, note)
            for call, (node, note) in self._heard.items()
            if call not in self._said
        ]
        return sorted(made, key=lambda each: each.sent_s)

    async def _next(self, node: str) -> Notes:
        found = await self._cluster.notes(node, self._has.get(node, AskNotes()))
        self._has[node] = AskNotes(life=found.life, after=found.until)
        for note in found.notes if len(self._said) < MOST_EXCHANGES else ():
            call = note.stream, note.number
            if note.until_s < self._since_s:
                continue
            if note.to is None:
                self._heard[call] = node, note
            else:
                self._said[call] = note
        return found

    def _exchange(self, call: tuple[str, int], said: Note) -> Exchange:
        node, heard = self._heard.get(call, (self._targets.get(str(said.to), said.to), None))
        arrived_s, answered_s = (None, None) if heard is None else (heard.since_s, heard.until_s)
        if heard is None and said.outcome not in UNHEARD:
            arrived_s, answered_s = said.since_s, said.until_s
        return Exchange(
            sent_s=said.since_s,
            source=_node_of(call[0]),
            target=str(node),
            facts=said.facts,
            arrived_s=arrived_s,
            answered_s=answered_s,
            ended_s=said.until_s,
            outcome=said.outcome,
        )


def noting_nodes(cluster: Cluster) -> tuple[str, ...]:
    """The nodes to ask, including those in reserve, which may join."""
    return (*cluster.replicas, *cluster.spares, *cluster.gateways, *cluster.companions, CONTROLLER)


def _only_heard(call: tuple[str, int], node: str, heard: Note) -> Exchange:
    return Exchange(
        sent_s=heard.since_s,
        source=_node_of(call[0]),
        target=node,
        facts=heard.facts,
        arrived_s=heard.since_s,
        answered_s=heard.until_s,
        ended_s=None,
        outcome=None,
    )


def _node_of(stream: str) -> str:
    return stream.partition("/")[0]
