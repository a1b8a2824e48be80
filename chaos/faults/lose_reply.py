"""Lose the replies on links: requests arrive and are done, but the caller never learns of it."""

from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.faults.fault import Fault, Strike
from chaos.faults.on_links import silent
from chaos.faults.one_way import strike_way


@dataclass(frozen=True)
class LoseReply(Fault):
    """Requests of `source` to `target` are done, but the answers vanish."""

    source: str
    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        what = f"replies to {self.source} from {self.target}"
        ends, texts = (self.source, self.target), (f"lost from now on: {what}", f"arrive again: {what}")
        return await strike_way(cluster, "lose-reply", ends, texts, _without_replies, silent)


def _without_replies(state: LinkState) -> LinkState:
    return replace(state, cut_replies=True)
