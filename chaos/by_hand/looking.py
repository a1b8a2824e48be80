"""Looking at a cluster: the status of every node, and what the operating system says of its process."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chaos.by_hand.maintenance import remembered
from chaos.cluster import HEALTHY, Cluster, ClusterError, all_of
from chaos.faults.targets import everybody
from services.groups.partitions import number_of


async def look(cluster: Cluster) -> dict[str, Any]:
    """The cluster's name, every node's own account, and the state of each link that is not healthy."""
    accounts, links = await asyncio.gather(_accounts(cluster), _links(cluster))
    return put_together(cluster, accounts, links)


def put_together(
    cluster: Cluster, accounts: list[dict[str, Any]], links: Mapping[str, Any]
) -> dict[str, Any]:
    """What `look` returns, put together from the nodes' accounts and the links' states."""
    for account in accounts:
        if number := number_of(account["node"], cluster.partitions):
            account["partition"] = number
    for account in accounts:
        lags = _leader_of(account, accounts).get("lags", {})
        if account["process"] == "running" and account["node"] in lags:
            account["behind"] = lags[account["node"]]
    return {
        "name": cluster.name,
        "runtime": cluster.runtime,
        "gateways": dict(cluster.gateways),
        "addresses": {**cluster.addresses, **cluster.doors},
        "nodes": accounts,
        "maintenance": list(remembered()),
        "spares": list(cluster.spares),
        **links,
    }


async def _accounts(cluster: Cluster) -> list[dict[str, Any]]:
    return await all_of(_account(cluster, node) for node in everybody(cluster))


async def _links(cluster: Cluster) -> dict[str, Any]:
    """The links that are not healthy; or why that is unknown, for example because the proxy is paused."""
    links = [link for link in cluster.links if link.touchable]
    try:
        states = await all_of(map(cluster.link_state, links))
    except ClusterError as error:
        return {"links": [], "links_error": str(error)}
    struck = [(link, state) for link, state in zip(links, states, strict=True) if state != HEALTHY]
    return {"links": [{"link": link.name, **asdict(state)} for link, state in struck]}


def _leader_of(follower: Mapping[str, Any], accounts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Who leads it, if anybody does: whoever led an earlier epoch knows nothing of what it has by now."""
    leaders = (
        each
        for each in accounts
        if each.get("role") == "leader"
        and each.get("partition") == follower.get("partition")
        and each.get("epoch", 0) >= follower.get("epoch", 0)
    )
    return min(leaders, key=lambda each: int(each.get("epoch", 0)), default={})


async def _account(cluster: Cluster, node: str) -> dict[str, Any]:
    """What the operating system says of the node's process and, if it runs, what the node says."""
    state = await cluster.process_state(node)
    account: dict[str, Any] = {"node": node, "process": state}
    if state != "running":
        return account
    try:
        return {**account, **await cluster.status(node)}
    except ClusterError as error:
        return {**account, "error": str(error)}
