"""A leader's full disk refuses what its followers have, and show: what each promise to readers makes of that.

The client was told that the outcome is unknown. So the leader may show the old value, as long as nobody to
whom something was promised goes back from the new one: no reader of the leader alone, nobody who carries what
he saw, and nobody who sees only what is acknowledged.
"""

import asyncio

import pytest

from services.errors import LabError
from services.family import Wish
from services.gateway.gateway import Gateway
from services.messages import Read, ReadResult, Token
from services.settings.single_leader import ReadPolicy, SingleLeaderSettings
from tests.simulation.test_shipping_ahead import EVERY_WAY, HEALTHY, led, others, owing
from tests.world.virtually import simulated, until
from tests.world.world import World

SESSIONS = [f"u{number}" for number in range(8)]


async def read(
    world: World, policy: ReadPolicy, session: str = "u1", token: Token = (), replica: str | None = None
) -> ReadResult:
    """What a gateway shows a session. Raises `LabError`."""
    gateway = world.node("g1")
    assert isinstance(gateway, Gateway)
    message = Read(key="x", session=session, token=token)
    return await world.done(world.begin("g1", gateway.read(message, Wish(policy=policy, replica=replica))))


@pytest.mark.parametrize("settings", EVERY_WAY)
@simulated
async def test_who_carries_what_he_saw_is_not_shown_less_by_the_leader(
    settings: SingleLeaderSettings,
) -> None:
    async with World(settings) as world:
        leader = await owing(world, "x")
        seen = await read(world, "sticky-token", replica=others(leader)[0])
        assert seen.value == 1 and seen.token
        with pytest.raises(LabError, match="position-not-reached"):
            await read(world, "sticky-token", token=seen.token, replica=leader)
        for session in SESSIONS:  # wherever the hash sends them first
            assert (await read(world, "sticky-token", session, seen.token)).value == 1
        await world.set_disk(leader, HEALTHY)
        await until(lambda: world.holds(leader, "x", 1))
        assert (await read(world, "sticky-token", token=seen.token, replica=leader)).value == 1


@pytest.mark.parametrize("policy", ["consistent-prefix", "causal-order"])
@pytest.mark.parametrize("settings", EVERY_WAY)
@simulated
async def test_who_sees_only_what_is_acknowledged_sees_it_nowhere(
    settings: SingleLeaderSettings, policy: ReadPolicy
) -> None:
    """Single requests ask for it; a cluster that is set to one of these policies ships nothing ahead."""
    async with World(settings) as world:
        leader = await owing(world, "x")
        for replica in world.replicas:
            try:
                assert not (await read(world, policy, replica=replica)).found
            except LabError as error:
                assert error.kind.code == "position-not-reached"
        await world.set_disk(leader, HEALTHY)
        await until(lambda: not world.account(leader).owes)
        for replica in world.replicas:
            assert (await read(world, policy, replica=replica)).value == 1


@pytest.mark.parametrize("dies", [False, True], ids=["room-again", "dies"])
@pytest.mark.parametrize("settings", EVERY_WAY)
@simulated
async def test_who_asks_only_the_leader_never_goes_back(settings: SingleLeaderSettings, dies: bool) -> None:
    async with World(settings) as world:
        leader = await owing(world, "x")
        shown: list[bool] = []

        async def look() -> None:
            while True:
                try:
                    shown.append((await read(world, "leader")).found)
                except LabError as error:
                    assert error.definite or dies, error
                await asyncio.sleep(0.005)

        looking = asyncio.create_task(look())
        await until(lambda: len(shown) > 10)
        assert not any(shown), "shown before the leader has it"
        if dies:
            await world.kill(leader)
            await until(lambda: any(world.standing(node).leader for node in others(leader)))
            await led(world)
        await world.set_disk(leader, HEALTHY)
        if dies:
            await world.boot(leader)
        before = len(shown)
        await until(lambda: len(shown) > before + 10 and shown[-1])
        looking.cancel()
        assert shown == sorted(shown)
