"""What `./lab status` does."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from chaos.cluster import HEALTHY, Cluster, ClusterError, all_of
from chaos.faults.targets import everybody
from chaos.runtimes import playground
from services.groups.partitions import number_of

COLUMNS = ("node", "process", "role", "epoch", "position", "lag", "leader")


async def report() -> dict[str, Any]:
    """The cluster's name, every node's own account, and the state of each link that is not healthy."""
    async with playground.cluster_that_is_up() as cluster:
        accounts, links = await asyncio.gather(_accounts(cluster), _links(cluster))
        partitions = cluster.partitions
    for account in accounts:
        if number := number_of(account["node"], partitions):
            account["partition"] = number
    for account in accounts:
        for leader in _leaders(accounts, account.get("partition")):
            if account["process"] == "running" and account["node"] in leader.get("lags", ()):
                account["behind"] = leader["lags"][account["node"]]
    return {
        "name": cluster.name,
        "runtime": cluster.runtime,
        "gateways": dict(cluster.gateways),
        "nodes": accounts,
        **links,
    }


async def _accounts(cluster: Cluster) -> list[dict[str, Any]]:
    return await all_of(_account(cluster, node) for node in everybody(cluster))


async def _links(cluster: Cluster) -> dict[str, Any]:
    """Those that are not healthy; or why nobody knows, as where the proxy stands still."""
    links = [link for link in cluster.links if link.touchable]
    try:
        states = await all_of(map(cluster.link_state, links))
    except ClusterError as error:
        return {"links": [], "links_error": str(error)}
    struck = [(link, state) for link, state in zip(links, states, strict=True) if state != HEALTHY]
    return {"links": [{"link": link.name, **asdict(state)} for link, state in struck]}


def _leaders(accounts: Sequence[dict[str, Any]], partition: int | None) -> list[dict[str, Any]]:
    """The first who leads that partition, if anybody does."""
    of_partition = (account for account in accounts if account.get("partition") == partition)
    return [account for account in of_partition if account.get("role") == "leader"][:1]


def show(found: dict[str, Any]) -> None:
    """Print a report for people."""
    console = Console()
    columns: tuple[str, ...] = COLUMNS
    if any("partition" in node for node in found["nodes"]):
        columns = (*COLUMNS[:1], "partition", *COLUMNS[1:])
    table = Table(*columns, title=f"{found['name']} ({found['runtime']})")
    for node in found["nodes"]:
        table.add_row(*(_cell(node, column) for column in columns))
    console.print(table)
    for link in found["links"]:
        faults = ", ".join(f"{name}={value}" for name, value in link.items() if value and name != "link")
        console.print(f"link {link['link']}: {faults}", style="yellow")
    if unknown := found.get("links_error"):
        console.print(f"the links: {unknown}", style="yellow")
    elif not found["links"]:
        console.print("every link is healthy")


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
        return _lag(node)
    if column == "position":
        is_replica = node.get("role") in ("leader", "follower")
        if not is_replica or "position" not in node:
            return node.get("mark") or ""
        return ".".join(map(str, node["position"]))
    if column == "leader" and len(node.get("leads") or ()) > 1:
        return " ".join(node["leads"])
    if column == "epoch" and len(node.get("leads") or ()) > 1:
        return " ".join(map(str, node["leads"].values()))
    return str(node.get(column) or "")


def _lag(node: dict[str, Any]) -> str:
    """What the leader sees is exact; what a follower knows by itself is how far behind it is at most."""
    if behind := node.get("behind"):
        return f"{behind['positions']} positions, {behind['seconds'] * 1000:.0f} ms"
    lag_s = node.get("lag_s") if node.get("role") == "follower" else None
    return "" if lag_s is None else f"at most {lag_s * 1000:.0f} ms"
