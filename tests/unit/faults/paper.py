"""A cluster on paper: links and processes do what they are told, or pretend to.

`lies` names what is acknowledged without an effect: exactly what a fault must notice about itself.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from chaos.cluster import HEALTHY, Ability, Event, LinkState, ProcessState
from chaos.cluster.links import Link, all_links
from services.settings import AnySettings

Outcome: TypeAlias = Literal["passed", "no-answer", "refused"]


@dataclass
class PaperCluster:
    lies: frozenset[str] = frozenset()
    name: str = "paper"
    runtime: str = "paper"
    abilities: frozenset[Ability] = frozenset({"links", "kill", "pause", "restart"})
    replicas: tuple[str, ...] = ("n1", "n2", "n3")
    partitions: tuple[tuple[str, ...], ...] = ()
    spares: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    with_data: tuple[str, ...] = ("n1", "n2", "n3")
    gateways: Mapping[str, str] = field(default_factory=lambda: {"g1": "", "g2": ""})
    doors: Mapping[str, str] = field(default_factory=lambda: {"g1": "", "g2": ""})
    addresses: Mapping[str, str] = field(default_factory=lambda: {"n1": "http://127.0.0.1:1"})
    links: tuple[Link, ...] = all_links(("n1", "n2", "n3"), ("g1", "g2"))
    leader: str = "n1"
    link_states: dict[Link, LinkState] = field(default_factory=dict)
    processes: dict[str, ProcessState] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def configure(self, settings: AnySettings) -> None:
        raise NotImplementedError

    async def enlist(self, node: str) -> None:
        raise NotImplementedError

    async def resolve(self, target: str) -> str:
        others = [node for node in self.replicas if node != self.leader]
        return {"leader": self.leader, "follower": others[0]}.get(target, target)

    async def set_link(self, link: Link, state: LinkState) -> None:
        self.link_states[link] = state

    async def link_state(self, link: Link) -> LinkState:
        return self.link_states.get(link, HEALTHY)

    async def probe(self, link: Link, timeout_s: float) -> Outcome:
        state = HEALTHY if "links" in self.lies else await self.link_state(link)
        if state.refused:
            return "refused"
        if state.cut_requests or state.cut_replies:
            return "no-answer"
        await asyncio.sleep(state.latency_s)
        return "passed"

    async def kill(self, node: str) -> None:
        self._becomes(node, "dead")

    async def pause(self, node: str) -> None:
        self._becomes(node, "paused")

    async def resume(self, node: str) -> None:
        self._becomes(node, "running")

    async def restart(self, node: str) -> None:
        self._becomes(node, "running")

    def _becomes(self, node: str, state: ProcessState) -> None:
        self.done.append(f"{node} {state}")
        if "processes" not in self.lies:
            self.processes[node] = state

    async def process_state(self, node: str) -> ProcessState:
        return self.processes.get(node, "running")

    async def revive_proxy(self) -> ProcessState:
        return "running"

    async def order(self, name: str, node: str | None = None) -> str:
        self.done.append(f"{node} told to {name}")
        return node or ""

    async def must_have_settled(self) -> None:
        """Nobody owes anything here."""

    async def status(self, node: str) -> Mapping[str, Any]:
        raise NotImplementedError

    async def contents(self, node: str) -> Mapping[str, Any]:
        raise NotImplementedError

    def events(self) -> Sequence[Event]:
        return []

    def tell(self, text: str) -> None:
        self.told.append(text)

    async def close(self) -> None:
        pass


class ShotAsItStoodStill(PaperCluster):
    """A power switch has ended whoever is paused, which shows when it is to go on."""

    async def resume(self, node: str) -> None:
        self._becomes(node, "dead")
