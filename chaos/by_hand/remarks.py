"""What a person who looks at a cluster should know, in sentences, from what `look` has found."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def remarks(found: Mapping[str, Any]) -> Iterator[str]:
    """One sentence each: two leaders, no leader, nodes that are dead or paused, what is wrong with a link."""
    yield from _about_leaders(found["nodes"])
    for node in found["nodes"]:
        if node["process"] == "dead" and node["node"] in found.get("maintenance", ()):
            yield f"{node['node']} is out for maintenance; ./lab maintenance {node['node']} --over"
        elif node["process"] != "running":
            remedy = "resume" if node["process"] == "paused" else "restart"
            yield f"{node['node']} is {node['process']}; ./lab fault {remedy} {node['node']}"
        elif "error" in node:
            yield f"{node['node']} runs, and does not answer the lab: {node['error']}"
    for spare in found.get("spares", ()):
        yield f"{spare} is in reserve; ./lab join {spare}"
    alike: dict[str, list[str]] = {}
    for link in found["links"]:
        alike.setdefault(of_link(link), []).append(link["link"])
    for what, links in alike.items():
        yield f"{'link' if len(links) == 1 else 'links'} {', '.join(links)}: {what}"
    if unknown := found.get("links_error"):
        yield f"nobody knows what the links are like: {unknown}"


def of_link(state: Mapping[str, Any]) -> str:
    """What a link does to what is sent over it, in words."""
    requests, replies = state.get("cut_requests"), state.get("cut_replies")
    words = []
    if requests and replies:
        words.append("cut: nothing passes")
    elif requests or replies:
        words.append("loses requests" if requests else "requests arrive, replies are lost")
    if state.get("refused"):
        words.append("refuses connections")
    if latency_s := state.get("latency_s"):
        jitter_s = state.get("jitter_s")
        around = f" ± {jitter_s * 1000:g}" if jitter_s else ""
        words.append(f"slow: {latency_s * 1000:g}{around} ms longer for each round trip")
    if rate := state.get("bandwidth_kb_per_s"):
        words.append(f"narrow: at most {rate} kB/s")
    return ", ".join(words) or "healthy"


def _about_leaders(nodes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Only if one node leads at a time: in each partition, or in the whole cluster."""
    ones = [
        node
        for node in nodes
        if node.get("family") == "single-leader" and node.get("role") in ("leader", "follower")
    ]
    for partition in dict.fromkeys(node.get("partition") for node in ones):
        here = [node for node in ones if node.get("partition") == partition]
        leaders = sorted((node for node in here if node["role"] == "leader"), key=lambda node: node["epoch"])
        where = f" partition {partition}" if partition else ""
        if not leaders and here:
            why = next((why for node in nodes if (why := node.get("why_nobody"))), "")
            because = f" ({why})" if why else ""
            yield f"nobody leads{where}{because}: writes are refused until somebody is promoted"
        if len(leaders) > 1:
            said = " and ".join(f"{node['node']} (epoch {node['epoch']})" for node in leaders)
            newest, others = leaders[-1]["node"], " and ".join(node["node"] for node in leaders[:-1])
            yield (
                f"{said} lead{where} at the same time. {newest} has the newest epoch; "
                f"what {others} acknowledges now may be lost"
            )
