"""What `./lab status` does."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from chaos.by_hand.looking import look
from chaos.by_hand.remarks import remarks
from chaos.by_hand.waiting import rules
from chaos.runtimes import playground

COLUMNS = ("node", "role", "epoch", "position", "lag", "leader", "port")
PARTITION = "part"
WATCH_S = 1.0


async def report() -> dict[str, Any]:
    """See `look`, of the cluster that is up."""
    async with playground.cluster_that_is_up() as cluster:
        return await look(cluster)


async def watch() -> None:
    """Show it again and again, in place, until Ctrl-C or until the cluster is gone."""
    async with playground.cluster_that_is_up() as cluster:
        with Live(drawn(await look(cluster)), console=Console(), auto_refresh=False) as screen:
            while True:
                await asyncio.sleep(WATCH_S)
                screen.update(drawn(await look(cluster)), refresh=True)


def show(found: dict[str, Any]) -> None:
    """Print a report for people."""
    Console(highlight=False).print(drawn(found))


def drawn(found: dict[str, Any]) -> Group:
    """A table that fits into 80 columns, and below it what is worth a remark."""
    columns: tuple[str, ...] = COLUMNS
    if any("partition" in node for node in found["nodes"]):
        columns = (COLUMNS[0], PARTITION, *COLUMNS[1:])
    table = Table(*columns, title=f"{found['name']} ({found['runtime']})", box=None, padding=(0, 2, 0, 0))
    for node in found["nodes"]:
        table.add_row(*(_cell(node, column, found["addresses"]) for column in columns))
    return Group(table, *map(Text, rules(found)), *_hints(found), *_sentences(found))


def _hints(found: dict[str, Any]) -> Iterator[Text]:
    """What one may ask at these ports."""
    if found["addresses"]:
        yield Text("any port: curl 127.0.0.1:PORT/metrics; a gateway's also /kv/x and /status", style="dim")


def _sentences(found: dict[str, Any]) -> Iterator[Text]:
    said = list(remarks(found))
    yield from (Text(sentence, style="yellow") for sentence in said)
    if not found["links"] and "links_error" not in found:
        yield Text("every link is healthy")


def _cell(node: dict[str, Any], column: str, addresses: dict[str, str]) -> str:
    if column == "role":
        return str(node.get("role") or ("no answer" if node["process"] == "running" else node["process"]))
    if column == PARTITION:
        return str(node.get("partition") or "")
    if column == "port":
        return str(urlsplit(addresses.get(node["node"], "")).port or "")
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
        if not behind["positions"]:
            return "none"
        return f"{behind['positions']}, {_time(behind['seconds'])}"
    lag_s = node.get("lag_s") if node.get("role") == "follower" else None
    return "" if lag_s is None else f"at most {_time(lag_s)}"


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"
