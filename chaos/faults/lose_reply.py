"""Lose the replies on links: what is asked arrives and is done, but who asked never learns of it."""

from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_links import silent, strike_links
from chaos.faults.targets import way


@dataclass(frozen=True)
class LoseReply(Fault):
    """What `source` asks of `target` is applied, and the answers vanish."""

    source: str
    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        links = await way(cluster, self.source, self.target, one_way=True)
        value = {"links": [link.name for link in links]}
        what = f"replies to {self.source} from {self.target}"
        start = Mark("start-lose-reply", value, f"lost from now on: {what}")
        stop = Mark("stop-lose-reply", value, f"arrive again: {what}")
        return await strike_links(cluster, links, _without_replies, silent, start, stop)


def _without_replies(state: LinkState) -> LinkState:
    return replace(state, cut_replies=True)
