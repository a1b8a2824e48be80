"""An order of the run before arrives late, from the queue of a link to a node that was dead."""

import pytest
from msgspec.structs import replace

from chaos.cluster.crew import Crew
from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import DEFAULT
from chaos.runtimes import compose
from chaos.runtimes.begin_again import begin_again
from chaos.runtimes.compose import ComposeCluster
from chaos.runtimes.compose_layout import TOXIPROXY, numbered
from chaos.runtimes.orders import Orders
from services.adapters.network import FrameNetwork
from services.errors import LabError
from services.messages.single_leader import Fence, Pulse, lead
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import soon

pytestmark = pytest.mark.compose
QUIET = SingleLeaderSettings(detection_timeout_ms=5000)  # nobody else leads only because the machine is busy


async def test_nobody_of_the_run_before_is_heard() -> None:
    """Neither with elections, where an epoch tells nothing of the run in which it was."""
    cluster = await ComposeCluster.start()
    for coordination in ("controller", "election"):
        await cluster.configure(replace(QUIET, coordination=coordination))
        before = {node: (await cluster.status(node))["epoch"] for node in cluster.replicas}
        ports = {
            link.target: port for link, port in numbered(DEFAULT).items() if link.name.startswith("lab-n")
        }
        to = {node: cluster._project.url(TOXIPROXY, port) for node, port in ports.items()}
        late = FrameNetwork(to, cluster._project.token(), lambda: "the-run-before")
        for node in cluster.replicas:
            with pytest.raises(LabError, match="another-incarnation"):
                await late.call(node, Fence(epoch=99), 5)
        assert {node: (await cluster.status(node))["epoch"] for node in cluster.replicas} == before
        await late.close()
    await cluster.close()


async def test_a_run_begins_in_its_first_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    late = [Fence(epoch=7)]

    async def and_a_late_order(
        cluster: ComposeCluster, crew: Crew, orders: Orders, settings: SingleLeaderSettings
    ) -> None:
        await begin_again(cluster, crew, orders, settings)
        while late:
            await orders.ask("n1", late.pop(), Pulse)

            async def it_has_taken_effect() -> None:
                assert lead(await orders.status(CONTROLLER)).epoch > 7

            await soon(it_has_taken_effect)

    monkeypatch.setattr(compose, "begin_again", and_a_late_order)
    cluster = await ComposeCluster.start()
    await cluster.configure(QUIET)
    assert not late
    assert {(await cluster.status(node))["epoch"] for node in (*cluster.replicas, CONTROLLER)} == {1}
    await cluster.close()
