"""A planned stop: the others are told before, so no node has to find out by a timeout.

A leader hands over first. If writes wait for the node, they wait for another follower instead or, if they
wait for all, for the others. If those left could not acknowledge anything, nothing is stopped. When the node
is back, the old rule holds again as soon as the node has what it missed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.by_hand.striking import noted
from chaos.cluster import Cluster, ClusterError
from chaos.faults.fault import Mark
from chaos.runtimes.state import state_directory
from services.families import DEFAULT
from services.groups.partitions import fellows, number_of

UNCHANGED = ""


@dataclass(frozen=True)
class Around:
    """The running replicas that hold the same keys as `node`; and their leader's own status."""

    node: str
    others: tuple[str, ...]
    leader: Mapping[str, Any]
    missing: tuple[str, ...] = ()  # fellows that do not run

    @property
    def replication(self) -> str:
        """The rule by which writes are acknowledged, without the named followers."""
        return str(self.leader["settings"]["replication"])

    @property
    def named(self) -> list[str]:
        """The followers that writes wait for by name."""
        return list(self.leader["settings"].get("synchronous", ()))

    @property
    def rule(self) -> str:
        """The rule with the names, as one types it."""
        return _waiting_for(self.named) or self.replication

    @property
    def followers(self) -> list[str]:
        """The others that follow, the most advanced first."""
        reach: Mapping[str, Any] = self.leader["followers"]
        there = [node for node in self.others if node in reach]
        return sorted(there, key=lambda node: tuple(reach[node]), reverse=True)

    def must_be_enough(self) -> None:
        """Raise `ClusterError` unless the others can go on without the node."""
        rule, votes = self.replication, self.leader["settings"]["coordination"] == "election"
        every = len(self.others) + 1 + len(self.missing)
        least = every // 2 + 1 if votes or rule == "quorum-ack" else 2 if rule in ("sync", "semi-sync") else 1
        if len(self.others) < least:
            left = ", ".join(self.others) or "nobody"
            raise ClusterError(
                f"without {self.node} there is {left}, and {rule} needs {least} to go on; start the others "
                "first, or let the leader acknowledge by itself: ./lab replication async"
            )

    def stand_ins(self) -> list[str]:
        """The followers that writes will wait for instead; empty if no write waits for the node."""
        if self.replication == "semi-sync" and self.node in self.leader["waits_for"]:
            return self.followers[:1]
        if self.replication != "sync" or (self.named and self.node not in self.named):
            return []
        if not self.named:
            return self.followers
        rest = [name for name in self.named if name != self.node]
        spare = [name for name in self.followers if name not in self.named]
        return [*rest, *spare[:1]]


async def begin(cluster: Cluster, node: str) -> str:
    """Take `node` out and stop it; returns what was done. After a `ClusterError` it still runs."""
    _must_be_known(cluster, node)
    if (state := await cluster.process_state(node)) != "running":
        raise ClusterError(f"{node} is {state}; `./lab fault heal` lets everybody run")
    steps, again = [], UNCHANGED
    if (await cluster.status(node))["family"] == DEFAULT:
        around = await _around(cluster, node)
        around.must_be_enough()
        if around.leader["node"] == node:
            steps.append(f"{await cluster.order('hand-over', around.followers[0])} leads now")
            around = await _around(cluster, node)
        if instead := around.stand_ins():
            again = around.rule
            await cluster.order("replicate", _waiting_for(instead))
            steps.append(f"writes wait for {', '.join(instead)}")
    _remember({**remembered(), node: again})
    await cluster.kill(node)
    if again == "semi-sync":  # the leader has chosen a follower, and may choose another again
        await cluster.order("replicate", again)
    text = "; ".join((*steps, f"stopped for maintenance: {node}"))
    return noted(cluster, Mark("maintenance", {"nodes": [node]}, text))


async def end(cluster: Cluster, node: str) -> str:
    """Start `node` again and restore the old rule; returns what was done. Raises `ClusterError`."""
    _must_be_known(cluster, node)
    stopped = remembered()
    if node not in stopped:
        known = ", ".join(stopped) or "nobody"
        raise ClusterError(f"{node} was not stopped for maintenance, {known} was; see `./lab fault restart`")
    if await cluster.process_state(node) == "dead":
        await cluster.restart(node)
    text = f"back from maintenance: {node}"
    if rule := stopped.pop(node):
        await cluster.order("replicate", rule)
        text += f"; the rule is {rule} again"
    _remember(stopped)
    return noted(cluster, Mark("start", {"nodes": [node]}, text))


def _waiting_for(names: Sequence[str]) -> str:
    """The rule, as one types it."""
    return ",".join(f"{name}=sync" for name in names)


async def _around(cluster: Cluster, node: str) -> Around:
    number = number_of(node, cluster.partitions)
    leader = await cluster.status(await cluster.resolve(f"leader-{number}" if number else "leader"))
    states = {
        other: await cluster.process_state(other)
        for other in fellows(node, cluster.partitions, cluster.replicas)
        if other != node
    }
    running = tuple(other for other, state in states.items() if state == "running")
    return Around(node, running, leader, tuple(other for other in states if other not in running))


def _must_be_known(cluster: Cluster, node: str) -> None:
    if node not in cluster.replicas:
        raise ClusterError(f"there is no replica {node!r}; there are: {', '.join(cluster.replicas)}")


def _file() -> Path:
    return state_directory() / "maintenance.json"


def remembered() -> dict[str, str]:
    """Which nodes are stopped for maintenance, and the rule by which writes were acknowledged before."""
    return dict(json.loads(_file().read_text("utf-8"))) if _file().exists() else {}


def _remember(stopped: Mapping[str, str]) -> None:
    state_directory().mkdir(parents=True, exist_ok=True)
    _file().write_text(json.dumps(stopped), encoding="utf-8")
