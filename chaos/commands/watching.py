"""What `./lab status` and `./lab logs` do."""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from chaos.cluster import HEALTHY, Cluster, ClusterError, Event, all_of
from chaos.history import NEMESIS
from chaos.links import CONTROLLER
from chaos.runtimes import playground
from chaos.runtimes.supervisor import faults_file
from services import logline
from services.logline import LogLine

POLL_S = 0.2
COLUMNS = ("node", "process", "role", "epoch", "position", "lag", "leader")
FAULT_COLOUR, NOTABLE_COLOUR = typer.colors.YELLOW, typer.colors.CYAN


async def report() -> dict[str, Any]:
    """The cluster's name, every node's own account, and the state of each link that is not healthy."""
    async with playground.cluster_that_is_up() as cluster:
        nodes = (*cluster.replicas, *cluster.gateways, CONTROLLER)
        accounts = await all_of(_account(cluster, node) for node in nodes)
        links = [link for link in cluster.links if link.touchable]
        states = zip(links, await all_of(map(cluster.link_state, links)), strict=True)
    return {
        "name": cluster.name,
        "runtime": cluster.runtime,
        "gateways": dict(cluster.gateways),
        "nodes": accounts,
        "links": [{"link": link.name, **asdict(state)} for link, state in states if state != HEALTHY],
    }


def show(found: dict[str, Any]) -> None:
    """Print a report for people."""
    console = Console()
    table = Table(*COLUMNS, title=f"{found['name']} ({found['runtime']})")
    for node in found["nodes"]:
        table.add_row(*(_cell(node, column) for column in COLUMNS))
    console.print(table)
    for link in found["links"]:
        faults = ", ".join(f"{name}={value}" for name, value in link.items() if value and name != "link")
        console.print(f"link {link['link']}: {faults}", style="yellow")
    if not found["links"]:
        console.print("every link is healthy")


async def tell(follow: bool) -> None:
    """Print all events so far; with `follow`, new ones as they come, until the cluster is gone."""
    faults, told = faults_file(), set[tuple[float, str, str]]()
    async with playground.cluster_that_is_up() as cluster:
        while True:
            events = [*cluster.events(), *faults.events()]
            _print_new(sorted(events, key=lambda event: event.time_s), told)
            if not follow:
                return
            await asyncio.sleep(POLL_S)
            await cluster.process_state(CONTROLLER)  # raises when there is no cluster any more


def _print_new(events: Iterable[Event], told: set[tuple[float, str, str]]) -> None:
    for event in events:
        identity = (event.time_s, event.node, event.event)
        if identity not in told:
            told.add(identity)
            typer.secho(_line(event), fg=_colour(event))
    sys.stdout.flush()


def _line(event: Event) -> str:
    return logline.as_text(LogLine(event.time_s, event.node, event.event, event.fields))


def _colour(event: Event) -> str | None:
    if event.node == NEMESIS:
        return FAULT_COLOUR
    return NOTABLE_COLOUR if logline.is_notable(event.event) else None


async def _account(cluster: Cluster, node: str) -> dict[str, Any]:
    """What the operating system says of the node's process, and if it runs, what the node says."""
    state = await cluster.process_state(node)
    account: dict[str, Any] = {"node": node, "process": state}
    if state != "running":
        return account
    try:
        return {**account, **await cluster.status(node)}
    except ClusterError as error:
        return {**account, "error": str(error)}


def _cell(node: dict[str, Any], column: str) -> str:
    if column == "lag":
        lag_s = node.get("lag_s")
        return "" if lag_s is None else f"{lag_s:.2f} s"
    if column == "position":
        is_replica = node.get("role") in ("leader", "follower")
        return ".".join(map(str, node["position"])) if is_replica else ""
    return str(node.get(column) or "")
