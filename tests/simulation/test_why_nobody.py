"""While nobody leads, the controller says what it waits for, and the lab says it in its words."""

import pytest

from chaos.by_hand.looking import look
from chaos.by_hand.remarks import remarks
from chaos.cluster import ClusterError
from chaos.cluster.links import CONTROLLER
from services.messages.single_leader import AskRoute, Route, lead
from services.settings.single_leader import SingleLeaderSettings
from tests.world.virtually import simulated, until
from tests.world.world import World

LEASED = SingleLeaderSettings(replication="semi-sync", lease=True, lease_ms=5000)
LEASE = "the lease of n1 must end first, in "


@simulated
async def test_that_the_lease_of_the_old_leader_must_end_first() -> None:
    async with World(LEASED) as world:
        assert await world.led() == "n1"
        assert lead(world.account(CONTROLLER)).why_nobody == ""
        await world.kill("n1")
        await until(lambda: lead(world.account(CONTROLLER)).why_nobody.startswith(LEASE))
        (about_nobody, _) = remarks(await look(world))
        assert about_nobody.startswith(f"nobody leads ({LEASE}")
        with pytest.raises(ClusterError, match=f"there is no leader at the moment .{LEASE}"):
            await world.order("replicate", "async")
        route = await world.call(CONTROLLER, AskRoute())
        assert isinstance(route, Route) and route.why_nobody.startswith(LEASE)
        await world.led(besides="n1")
        assert lead(world.account(CONTROLLER)).why_nobody == ""
