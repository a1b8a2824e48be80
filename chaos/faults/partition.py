"""Split the cluster into sides that cannot reach each other; within a side everything works.

The classic one has a leader on the smaller side, with a gateway that still finds it:
`Partition((("leader", "g1"), ("rest",)))`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from chaos.cluster import Cluster, links_between
from chaos.faults.cut import cut_links
from chaos.faults.fault import Fault, Strike
from chaos.faults.targets import sides


@dataclass(frozen=True)
class Partition(Fault):
    """`groups`: two or more sides, each of nodes, roles or groups; `rest` means all that are not named."""

    groups: tuple[tuple[str, ...], ...]
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        resolved = await sides(cluster, self.groups)
        links = [link for a, b in combinations(resolved, 2) for link in links_between(cluster.links, a, b)]
        return await cut_links(cluster, links, *_told(resolved))


def _told(groups: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The texts that say that they are apart, and together again."""
    *others, last = [f"{{{', '.join(group)}}}" for group in groups]
    if len(others) == 1:
        return f"partition: {others[0]} cannot reach {last}", f"healed: {others[0]} can reach {last} again"
    all_of_them = f"{', '.join(others)} and {last}"
    return f"partition: {all_of_them} cannot reach each other", f"healed: {all_of_them}"
