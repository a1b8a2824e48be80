"""Make links slow: every round trip through them takes longer, by a fixed time and some jitter."""

import asyncio
from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.faults.fault import DidNotBite, Fault, Mark, Strike
from chaos.faults.on_links import strike_links
from chaos.faults.targets import way
from chaos.links import Link

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Slow(Fault):
    """`target` None means all links of `source`. `one_way` slows only what `source` asks of `target`."""

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
        value = {
            "links": [link.name for link in links],
            "latency_ms": round(self.latency_s * 1000),
            "jitter_ms": round(self.jitter_s * 1000),
        }
        what = f"links of {self.source}" if self.target is None else f"links {self.source} - {self.target}"
        start = Mark("slow", value, f"slow by {value['latency_ms']} ms: {what}")
        stop = Mark("fast", {"links": value["links"]}, f"fast again: {what}")
        return await strike_links(cluster, links, self._slowed, self._takes_longer, start, stop)

    def _slowed(self, state: LinkState) -> LinkState:
        return replace(state, latency_s=self.latency_s, jitter_s=self.jitter_s)

    async def _takes_longer(self, cluster: Cluster, link: Link) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        outcome = await cluster.probe(link, self.latency_s + self.jitter_s + PATIENCE_S)
        elapsed_s = loop.time() - began
        if outcome != "passed" or elapsed_s < self.latency_s - self.jitter_s:
            raise DidNotBite(
                f"{link.name} was to be slow by {self.latency_s:g} s, "
                f"but a request through it: {outcome} in {elapsed_s:.3f} s"
            )
