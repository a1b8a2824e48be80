"""The container of a power switch is process 1 of what its node runs in: the two come and go together."""

import pytest

from chaos.runtimes.compose import ComposeCluster
from chaos.runtimes.compose_layout import switch_of
from chaos.runtimes.compose_project import ComposeProject
from tests.contract.cluster.waiting import soon

pytestmark = pytest.mark.compose


async def test_a_node_whose_switch_has_gone_comes_back_with_it(project: ComposeProject) -> None:
    cluster = ComposeCluster(project)
    project.container(switch_of("n3")).kill()

    async def both_are_gone() -> None:
        assert project.container(switch_of("n3")).status == "exited"
        assert await cluster.process_state("n3") == "dead"

    await soon(both_are_gone)
    await cluster.restart("n3")
    assert project.container(switch_of("n3")).status == "running"
    assert await cluster.process_state("n3") == "running"
    await cluster.close()
