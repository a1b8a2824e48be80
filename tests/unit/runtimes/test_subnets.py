"""A cluster's networks lie in a block that nobody else uses."""

from ipaddress import IPv4Network

import pytest

from chaos.cluster import ClusterError
from chaos.runtimes.compose_subnets import BLOCK_BITS, NETWORK_BITS, RANGE, free_block, parts_of

BLOCKS = list(RANGE.subnets(new_prefix=BLOCK_BITS))


def test_a_block_in_which_anything_is_used_is_not_free() -> None:
    used = [
        IPv4Network("172.17.0.0/16"),
        *(next(block.subnets(new_prefix=NETWORK_BITS)) for block in BLOCKS[:-1]),
    ]
    assert free_block(used) == BLOCKS[-1]


def test_a_network_larger_than_a_block_takes_all_that_it_covers() -> None:
    half = next(RANGE.subnets(new_prefix=17))
    assert not any(free_block([half]).overlaps(half) for _ in range(32))


def test_when_all_are_taken_it_says_where_to_look() -> None:
    with pytest.raises(ClusterError, match=r"fill 198\.19\.0\.0/16.*`docker network ls`"):
        free_block([RANGE])


def test_a_network_has_an_address_for_everybody_in_it() -> None:
    """Six switches and a proxy do not fit where a node and its proxy do."""
    sizes = {"n1": 3, "power": 7, "n2": 3, "edge": 3}
    parts = parts_of(BLOCKS[3], sizes)
    assert list(parts) == list(sizes)
    for name, part in parts.items():
        assert part.num_addresses - 3 >= sizes[name]
        assert part.subnet_of(BLOCKS[3])
        assert not any(part.overlaps(other) for key, other in parts.items() if key != name)


def test_more_networks_than_fit_are_refused() -> None:
    full = {f"n{number}": 3 for number in range(1, 65)}
    assert len(parts_of(BLOCKS[0], full)) == 64
    with pytest.raises(ClusterError, match=r"the 65 networks .* want 520 addresses, and there are 512"):
        parts_of(BLOCKS[0], full | {"one-more": 3})
