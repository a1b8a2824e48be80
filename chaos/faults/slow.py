"""Make links slow: every round trip through them takes longer, by a fixed time and some jitter."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.cluster.links import Link
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_links import failed, strike_links
from chaos.faults.targets import way

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Slow(Fault):
    """`target` None means all links of `source`. `one_way` slows only requests of `source` to `target`."""

    source: str
    target: str | None = None
    latency_s: float = 0.3
    jitter_s: float = 0.0
    one_way: bool = False
    needs = frozenset({"links"})

    def __post_init__(self) -> None:
        if not 0 <= self.jitter_s < self.latency_s:
            raise ValueError(
                f"latency_s={self.latency_s} and jitter_s={self.jitter_s} do not fit: the latency must be "
                "positive and larger than the jitter"
            )

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        links = await way(cluster, self.source, self.target, self.one_way)
        what = f"links of {self.source}" if self.target is None else f"links {self.source} - {self.target}"
        return await slow_links(cluster, links, self.latency_s, self.jitter_s, what)


async def slow_links(
    cluster: Cluster, links: Sequence[Link], latency_s: float, jitter_s: float, what: str
) -> Strike:
    """A strike that slows `links`; `what` names them for people."""
    value = {
        "links": [link.name for link in links],
        "latency_ms": round(latency_s * 1000),
        "jitter_ms": round(jitter_s * 1000),
    }
    start = Mark("slow", value, f"slow by {value['latency_ms']} ms: {what}")
    stop = Mark("fast", {"links": value["links"]}, f"fast again: {what}")

    def slowed(state: LinkState) -> LinkState:
        return replace(state, latency_s=latency_s, jitter_s=jitter_s)

    async def takes_longer(cluster: Cluster, link: Link) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        outcome = await cluster.probe(link, latency_s + jitter_s + PATIENCE_S)
        elapsed_s = loop.time() - began
        if outcome != "passed" or elapsed_s < latency_s - jitter_s:
            raise failed(
                outcome,
                f"{link.name} was to be slow by {latency_s:g} s, "
                f"but a request through it: {outcome} in {elapsed_s:.3f} s",
            )

    return await strike_links(cluster, links, slowed, takes_longer, start, stop)
