"""Faults by hand: strike, prove that it bit, and note it where `./lab logs` looks."""

import time
from asyncio import CancelledError
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from chaos.cluster import HEALTHY, Cluster, Event, all_of
from chaos.cluster.links import Link
from chaos.cluster.reviving import revive
from chaos.cluster.undisturbed import undisturbed
from chaos.faults.fault import DidNotBite, Fault, Mark
from chaos.faults.kill import Kill
from chaos.faults.on_links import put_back
from chaos.faults.targets import everybody
from chaos.faults.upgrade import Upgrade
from chaos.history import NEMESIS
from chaos.runtimes.state import faults_file, state_directory


@runtime_checkable
class TakesNotes(Protocol):
    """A cluster that itself records what is done to it, like one in virtual time."""

    def note(self, mark: Mark) -> None:
        """This happens now."""


async def strike(cluster: Cluster, fault: Fault) -> str:
    """Strike and leave it so; returns what was done. A fault without effect or interrupted is taken back."""
    taken_aim = await fault.aim(cluster)
    noted(cluster, taken_aim.start)
    try:
        await taken_aim.bite()
    except (DidNotBite, CancelledError) as error:
        with undisturbed():
            await taken_aim.heal()
        why = "that had no effect" if isinstance(error, DidNotBite) else "it was interrupted"
        cluster.tell(f"{why}, so it is taken back: {taken_aim.start.text}")
        raise
    return taken_aim.start.text


async def heal(cluster: Cluster) -> str:
    """Take everything back: paused nodes go on, dead ones start again, every link becomes healthy."""
    with undisturbed():
        links = [link for link in cluster.links if link.touchable]
        done = [*await _revived(cluster), *await _mended(cluster, links)]
    return "\n".join(done) or "everything was healthy already"


async def _revived(cluster: Cluster) -> list[str]:
    done = []
    if (was := await cluster.revive_proxy()) != "running":
        done.append(noted(cluster, Mark("resume", {}, f"the links' proxy was {was} and works again")))
    for node in everybody(cluster):
        async for step in revive(cluster, node):
            text = f"resumed: {node}" if step == "resume" else f"started again: {node}"
            done.append(noted(cluster, Mark(step, {"nodes": [node]}, text)))
    return done


async def mend(cluster: Cluster, links: Sequence[Link]) -> str:
    """Make these links healthy again, and nothing else."""
    with undisturbed():
        done = await _mended(cluster, links)
    return "\n".join(done) or "nothing was wrong with them"


async def _mended(cluster: Cluster, links: Sequence[Link]) -> list[str]:
    states = await all_of(map(cluster.link_state, links))
    struck = [link for link, state in zip(links, states, strict=True) if state != HEALTHY]
    await put_back(cluster, dict.fromkeys(struck, HEALTHY))
    if not struck:
        return []
    names = [link.name for link in struck]
    return [noted(cluster, Mark("stop-partition", {"links": names}, f"healed: {', '.join(names)}"))]


async def resume(cluster: Cluster, target: str) -> str:
    """Let a paused node go on."""
    node = await cluster.resolve(target)
    await cluster.resume(node)
    shot = await cluster.process_state(node) == "dead"
    what = f"{node} was shot while it stood still; start it again" if shot else f"resumed: {node}"
    return noted(cluster, Mark("resume", {"nodes": [node]}, what))


async def restart(cluster: Cluster, target: str) -> str:
    """Start a node on its old disk, after killing it if it still runs."""
    node = await cluster.resolve(target)
    kill = await Kill(node).aim(cluster)
    if await cluster.process_state(node) != "dead":
        noted(cluster, kill.start)
        await kill.bite()
    await kill.heal()
    return noted(cluster, Mark("start", {"nodes": [node]}, f"started again: {node}"))


async def upgrade(cluster: Cluster, target: str, new_format: bool) -> str:
    """Stop these nodes, and start them again in another version."""
    taken_aim = await Upgrade(target, new_format).aim(cluster)
    noted(cluster, taken_aim.start)
    try:
        await taken_aim.bite()
    finally:
        with undisturbed():
            await taken_aim.heal()
    assert taken_aim.stop
    return noted(cluster, taken_aim.stop)


def noted(cluster: Cluster, mark: Mark) -> str:
    """Write `mark` among the log lines of `cluster`; returns its text.

    For a running cluster they go into a file beside it, unless it takes notes itself.
    """
    if isinstance(cluster, TakesNotes):
        cluster.note(mark)
        return mark.text
    cluster.tell(mark.text)
    state_directory().mkdir(parents=True, exist_ok=True)
    faults_file().append(Event(time.time(), NEMESIS, mark.f, {"what": mark.text}))
    return mark.text
