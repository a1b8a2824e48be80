"""A cluster's networks lie in a block that nobody else uses."""

from ipaddress import IPv4Network

import pytest

from chaos.cluster import ClusterError
from chaos.runtimes.compose_subnets import BLOCK_BITS, NETWORK_BITS, RANGE, free_block

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
