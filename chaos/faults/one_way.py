"""A strike at the requests of one node to another, in that direction only."""

from chaos.cluster import Cluster
from chaos.faults.fault import Mark, Strike
from chaos.faults.on_links import Change, Proof, strike_links
from chaos.faults.targets import way


async def strike_way(
    cluster: Cluster, name: str, ends: tuple[str, str], texts: tuple[str, str], change: Change, proof: Proof
) -> Strike:
    """The fault `name` on the links by which the first of `ends` asks the second.

    `texts` tell people that it has begun and that it is over. Raises `ClusterError`.
    """
    links = await way(cluster, *ends, one_way=True)
    value = {"links": [link.name for link in links]}
    start, stop = (
        Mark(f"{end}-{name}", value, text) for end, text in zip(("start", "stop"), texts, strict=True)
    )
    return await strike_links(cluster, links, change, proof, start, stop)
