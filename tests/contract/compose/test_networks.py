"""A cluster starts however many networks other projects have, and when somebody else is faster."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from ipaddress import IPv4Network
from secrets import token_hex

import pytest
from docker import DockerClient
from docker.errors import APIError
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from chaos.runtimes import compose_project, compose_subnets
from chaos.runtimes.compose import ComposeCluster
from tests.containers import left_of

pytestmark = pytest.mark.compose
MANY = 100


@pytest.fixture
def others(engine: DockerClient) -> Iterator["Others"]:
    with ExitStack() as stack:
        yield Others(engine, stack)


class Others:
    """Networks that are not the lab's; they go in the end."""

    def __init__(self, engine: DockerClient, stack: ExitStack) -> None:
        self._engine = engine
        self._stack = stack

    def make(self, subnet: IPv4Network | None = None) -> Network:
        pools = IPAMConfig(pool_configs=[IPAMPool(str(subnet))]) if subnet else None
        made = self._engine.networks.create(f"other-{token_hex(4)}", internal=True, ipam=pools)
        self._stack.callback(made.remove)
        return made


async def test_the_engines_own_pools_are_not_needed(others: Others) -> None:
    with pytest.raises(APIError, match="address pool"):
        for _ in range(MANY):
            others.make()
    cluster = await ComposeCluster.start()
    await cluster.close()


async def test_who_finds_its_networks_taken_takes_others(
    engine: DockerClient, others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[IPv4Network] = []
    choose = compose_subnets.free_block

    def and_somebody_is_faster(used: Iterable[IPv4Network]) -> IPv4Network:
        block = choose(used)
        if not chosen:
            others.make(next(block.subnets(new_prefix=compose_subnets.NETWORK_BITS)))
        chosen.append(block)
        return block

    names: list[str] = []
    new_name = compose_project.new_name

    def noted() -> str:
        names.append(new_name())
        return names[-1]

    monkeypatch.setattr(compose_project, "new_name", noted)
    monkeypatch.setattr(compose_subnets, "free_block", and_somebody_is_faster)
    cluster = await ComposeCluster.start()
    left = {name for name in names if left_of(engine, name)}
    await cluster.close()
    assert len(set(chosen)) == len(names) == 2
    assert left == {cluster.name}
