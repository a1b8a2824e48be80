"""The subnets of a cluster's networks: in their own block, from a range that nobody uses.

By default the engine takes each network from its pools, about thirty large ones for all projects on a
machine. A cluster has a dozen networks, so the third cluster would not start. RFC 2544 reserves 198.18.0.0/15
for test networks. Some tunnels use its first half, so clusters take the second.
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from secrets import choice

from docker import DockerClient

from chaos.cluster import ClusterError

RANGE = IPv4Network("198.19.0.0/16")
BLOCK_BITS = 23  # a cluster's: there are 128
NETWORK_BITS = 29  # a node's, with room for its proxy and its server: 64 in a block
NOT_FOR_CONTAINERS = 3  # addresses: the network's own, its gateway's, and the one that means everybody
TAKEN = "overlaps"  # says the engine, of a network that has come since it was asked


def addresses(engine: DockerClient, sizes: Mapping[str, int]) -> Mapping[str, Mapping[str, str]]:
    """Subnet and gateway of each network, in a free block; `sizes` says how many containers share each.

    Raises `ClusterError` when there is no free block, or a block is too small. Somebody else may take the
    block before these networks are made; then the engine refuses them.
    """
    return {
        name: {"subnet": str(part), "gateway": str(part[1])}
        for name, part in parts_of(free_block(in_use(engine)), sizes).items()
    }


def parts_of(block: IPv4Network, sizes: Mapping[str, int]) -> Mapping[str, IPv4Network]:
    """A part of `block` for each network, in the order of `sizes`; `ClusterError` when it is too small.

    The largest come first, so that each begins where a network of its size may begin.
    """
    bits = {
        name: min(NETWORK_BITS, 32 - (size + NOT_FOR_CONTAINERS - 1).bit_length())
        for name, size in sizes.items()
    }
    parts, free = {}, int(block.network_address)
    for name in sorted(sizes, key=bits.__getitem__):
        parts[name] = IPv4Network((free, bits[name]))
        free += parts[name].num_addresses
    wanted = free - int(block.network_address)
    if wanted > block.num_addresses:
        raise ClusterError(
            f"the {len(sizes)} networks of this cluster of containers want {wanted} addresses, and there are "
            f"{block.num_addresses}: take fewer nodes, or `--on local`"
        )
    return {name: parts[name] for name in sizes}


def free_block(used: Iterable[IPv4Network]) -> IPv4Network:
    """Any block in which nothing is `used`: two who choose at once rarely choose the same."""
    taken = list(used)
    blocks = RANGE.subnets(new_prefix=BLOCK_BITS)
    free = [block for block in blocks if not any(map(block.overlaps, taken))]
    if not free:
        raise ClusterError(
            f"the networks of other clusters fill {RANGE}: end those, and look at `docker network ls` "
            "for what somebody left behind"
        )
    return choice(free)


def in_use(engine: DockerClient) -> list[IPv4Network]:
    """The IPv4 subnets of all networks of the engine."""
    configs = (network.attrs["IPAM"]["Config"] or () for network in engine.networks.list())
    given = (str(config.get("Subnet", "")) for each in configs for config in each)
    return [IPv4Network(subnet) for subnet in given if subnet and ":" not in subnet]
