"""How every run ends: heal everything, revive all nodes, wait until all replicas agree on the position.

Only then do the final reads mean anything: what is missing from them is lost, not late.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from chaos.cluster import HEALTHY, Cluster, ClusterError, all_of, eventually
from chaos.cluster.links import CONTROLLER, Link
from chaos.cluster.reviving import revive
from chaos.recording.recorder import Recorder
from chaos.running.narrator import Tell

EPOCHS = "log/epochs"
SETTLE_S = 15.0  # without progress
LONGEST_SETTLE_S = 60.0  # with progress, for example on a machine with too much to do
READ_AGAIN_S = 1.0


async def heal(cluster: Cluster, recorder: Recorder, tell: Tell) -> None:
    """Every link healthy, every process running. Raises `ClusterError`."""
    await cluster.revive_proxy()
    await all_of(_mend(cluster, link) for link in cluster.links if link.touchable)
    await eventually(partial(_revive, cluster, recorder, tell), SETTLE_S)


async def _revive(cluster: Cluster, recorder: Recorder, tell: Tell) -> None:
    for node in (*cluster.replicas, *cluster.gateways, *cluster.companions, CONTROLLER):
        try:
            async for step in revive(cluster, node):
                recorder.nemesis(step, {"nodes": [node]})
                tell(f"{node} was {'paused' if step == 'resume' else 'dead'} and runs again", "fault")
        except ClusterError as error:
            tell(str(error), "fault")
            raise


async def settle(cluster: Cluster, recorder: Recorder, tell: Tell, within_s: float = SETTLE_S) -> None:
    """Wait until no node owes anything, and all replicas that must be alike by the settings are.

    What began before the heal goes on, and may still end a process; dead nodes are started again. Raises
    `ClusterError` that says where each node stood when none had moved for `within_s`.
    """

    async def must_agree() -> None:
        await _revive(cluster, recorder, tell)
        await cluster.must_have_settled()

    time_s = asyncio.get_running_loop().time
    began_s = time_s()
    try:
        await eventually(must_agree, within_s, longest_s=LONGEST_SETTLE_S)
    except ClusterError as error:
        raise ClusterError(f"not settled after {time_s() - began_s:.0f} s: {error}") from error


async def consumers_caught_up(cluster: Cluster, recorder: Recorder, within_s: float = SETTLE_S) -> None:
    """Wait until each companion has seen as much as the replicas hold; record what it learned.

    It also records where each epoch begins in the log: what an old leader had beyond that was undone. Raises
    `ClusterError` that says where a companion stands at the deadline.
    """
    consumers = [node for node in cluster.companions if node not in cluster.devices]
    if not consumers:
        return
    accounts = await all_of(cluster.status(node) for node in cluster.replicas)
    end = max(account["position"] for account in accounts)

    async def must_have_seen(node: str) -> Mapping[str, Any]:
        contents = await cluster.contents(node)
        if contents["sets"] and contents["position"] < end:
            raise ClusterError(f"{node} has seen the log up to {contents['position']}, which ends at {end}")
        return contents

    consumes = False
    for node in consumers:
        seen = await eventually(partial(must_have_seen, node), within_s, longest_s=LONGEST_SETTLE_S)
        recorder.learned(node, seen)
        consumes = consumes or bool(seen["sets"])
    if consumes:
        leader = await cluster.resolve("leader")
        log = await cluster.contents(leader)
        recorder.learned(leader, {**log, "sets": {EPOCHS: log["epochs"]}, "tables": {}})


async def final_reads(cluster: Cluster, recorder: Recorder) -> dict[str, Any]:
    """Record everything that each node with data holds; an unreadable node is recorded as such.

    Returns the log tails that replicas had to set aside, by node and file.
    """
    set_aside = {}
    for node, contents in (await _read_at_one_position(cluster)).items():
        if isinstance(contents, ClusterError):
            recorder.final_unreadable(node, str(contents))
        else:
            recorder.final(node, contents)
            set_aside[node] = contents.get("set_aside")
    return {node: files for node, files in set_aside.items() if files}


async def _read_at_one_position(cluster: Cluster) -> dict[str, Mapping[str, Any] | ClusterError]:
    """What each replica holds, or why it cannot be read; all at one position, if they reach one.

    A request that its client gave up long ago may arrive even now. If it changes something between two of
    these reads, the replicas do not really differ, so all are read again.
    """
    read: dict[str, Mapping[str, Any] | ClusterError] = {}

    async def must_be_alike() -> None:
        for node in cluster.with_data:
            try:
                read[node] = await cluster.contents(node)
            except ClusterError as error:
                read[node] = error
        there = [one for one in read.values() if not isinstance(one, ClusterError)]
        places = {one.get("mark") or str(one["position"]) for one in there}
        if len(places) > 1:
            raise ClusterError(f"the replicas were read at {', '.join(sorted(places))}")

    with suppress(ClusterError):
        await eventually(must_be_alike, READ_AGAIN_S)
    return read


async def _mend(cluster: Cluster, link: Link) -> None:
    if await cluster.link_state(link) != HEALTHY:
        await cluster.set_link(link, HEALTHY)
