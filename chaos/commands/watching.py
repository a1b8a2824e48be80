"""What `./lab status` does."""

from typing import Any

from rich.console import Console
from rich.table import Table

from chaos.by_hand.looking import look
from chaos.runtimes import playground

COLUMNS = ("node", "process", "role", "epoch", "position", "lag", "leader")


async def report() -> dict[str, Any]:
    """See `look`, of the cluster that is up."""
    async with playground.cluster_that_is_up() as cluster:
        return await look(cluster)


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
