"""What all link faults share: change the state of some links, prove it, and put back what was there.

Reading the state back from the proxy is not proof enough. A harmless request through every struck link whose
two ends are running must end as the fault promises, and after the heal it must pass again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from chaos.cluster import HEALTHY, Cluster, ClusterError, LinkState, all_of, eventually
from chaos.cluster.links import Link
from chaos.faults.fault import DidNotBite, Mark, Strike

SILENCE_S = 0.25  # a healthy link answers within a few milliseconds
HEAL_DEADLINE_S = 10.0
STOPS_S = 2.0  # a node that is being shut down closes its connections before its process is gone

Change: TypeAlias = Callable[[LinkState], LinkState]
Proof: TypeAlias = Callable[[Cluster, Link], Awaitable[None]]


class Refused(DidNotBite):
    """The request was refused. A node that has just stopped refuses, too, so check whether that is why."""


async def strike_links(
    cluster: Cluster, links: Sequence[Link], change: Change, proof: Proof, start: Mark, stop: Mark
) -> Strike:
    """A strike that puts `change` on each of `links`, and restores the state before when it heals."""
    if not links:
        raise ClusterError(
            f"{start.text}: there is no link that a fault may touch; `./lab status` shows who is"
        )
    before = dict(zip(links, await all_of(cluster.link_state(link) for link in links), strict=True))

    async def bite() -> None:
        await all_of(cluster.set_link(link, change(state)) for link, state in before.items())
        felt = await _between_running(cluster, links)
        if not felt:
            raise DidNotBite(f"{start.text}: on none of these links do both ends run, so nobody feels it")
        if not any(await all_of(_proven(cluster, link, proof) for link in felt)):
            raise DidNotBite(f"{start.text}: the nodes that could have felt it stopped meanwhile")

    async def heal() -> None:
        await put_back(cluster, before)

    nodes = tuple(dict.fromkeys(node for link in links for node in (link.source, link.target)))
    return Strike(nodes, start, stop, bite, heal)


async def put_back(cluster: Cluster, states: Mapping[Link, LinkState]) -> None:
    """Restore each link's state; returns when requests pass through those that are now healthy."""
    await all_of(cluster.set_link(link, state) for link, state in states.items())
    healed = [link for link, state in states.items() if state == HEALTHY]
    await eventually(lambda: _all_pass(cluster, healed), HEAL_DEADLINE_S)


async def silent(cluster: Cluster, link: Link) -> None:
    """Proof of a black hole: a request gets no answer, and no refusal either."""
    outcome = await cluster.probe(link, SILENCE_S)
    if outcome != "no-answer":
        raise failed(
            outcome, f"{link.name} was to swallow everything, but a request through it {_was(outcome)}"
        )


def failed(outcome: str, text: str) -> DidNotBite:
    """What a proof raises when a request through the link had this `outcome` instead of the promised one."""
    return Refused(text) if outcome == "refused" else DidNotBite(text)


async def _proven(cluster: Cluster, link: Link, proof: Proof) -> bool:
    """False if an end of `link` stopped during the proof: the cluster reacts to a fault while it strikes."""
    try:
        await proof(cluster, link)
    except ClusterError as error:
        if isinstance(error, DidNotBite) and not isinstance(error, Refused):
            raise
        await eventually(partial(_must_have_stopped, cluster, link, error), STOPS_S)
        return False
    return True


async def _must_have_stopped(cluster: Cluster, link: Link, otherwise: ClusterError) -> None:
    if await _between_running(cluster, [link]):
        raise otherwise


async def _all_pass(cluster: Cluster, links: Sequence[Link]) -> None:
    links = await _between_running(cluster, links)
    outcomes = await all_of(cluster.probe(link, SILENCE_S) for link in links)
    for link, outcome in zip(links, outcomes, strict=True):
        if outcome != "passed":
            raise ClusterError(f"{link.name} was healed, but a request through it {_was(outcome)}")


async def _between_running(cluster: Cluster, links: Sequence[Link]) -> list[Link]:
    nodes = list(dict.fromkeys(node for link in links for node in _ends(link)))
    states = dict(zip(nodes, await all_of(map(cluster.process_state, nodes)), strict=True))
    return [link for link in links if all(states[node] == "running" for node in _ends(link))]


def _ends(link: Link) -> tuple[str, ...]:
    """The nodes that must run for a request to pass; a power switch answers even if its node is dead."""
    return (link.source,) if link.out_of_band else (link.source, link.target)


def _was(outcome: str) -> str:
    return {"passed": "passed", "no-answer": "got no answer", "refused": "was refused"}[outcome]
