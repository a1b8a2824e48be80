"""Films of simulated runs: filming changes nothing, and two futures have the same past, byte for byte."""

import asyncio

import msgspec
import pytest

from chaos.page.orders import Order
from chaos.page.simulated.film import as_lines
from chaos.page.simulated.held import Held
from chaos.page.simulated.machines import OF_MACHINES
from chaos.page.simulated.plan import AFTER_MS, Plan, Struck, Turn
from chaos.page.simulated.shooting import past, reel
from chaos.recording.folder import NoFolder
from chaos.sessions.simulate import Simulation, simulate
from services.errors import LabError

RUN = Plan("split-brain", "unfenced", 1)
CUT_MS, FAILOVER_MS = 772, 1287  # when the script cuts the leader off, and when that is noticed


def with_strikes(plan: Plan, *strikes: tuple[int, str, str]) -> Plan:
    made = tuple(Struck(at_ms, Order(what, node)) for at_ms, what, node in strikes)
    return msgspec.structs.replace(plan, strikes=made)


@pytest.mark.parametrize("name", ["split-brain:unfenced", "statement-log:statement"])
def test_a_run_that_is_filmed_is_the_run_that_nobody_films(name: str) -> None:
    scenario, _, variant = name.partition(":")
    plain = NoFolder()
    verdict = simulate(Simulation(scenario, variant, 1), plain)
    filmed = reel(Plan(scenario, variant, 1))
    assert filmed.history == as_lines(plain.recorded().events)
    assert filmed.findings == verdict.anomalies


def test_the_same_plan_comes_to_the_same_film() -> None:
    plan = Plan("statement-log", "statement", 2)
    first = msgspec.json.encode(reel(plan))
    reel.cache_clear()
    assert msgspec.json.encode(reel(plan)) == first


def test_each_moment_shows_what_was_to_be_seen_then() -> None:
    film = reel(RUN).film

    def headline(at_ms: float) -> str:
        return [frame.headline for frame in film.frames if frame.at_ms <= at_ms][-1]

    promoted = next(each for each in film.happenings if "promoted" in each.text)
    assert headline(promoted.at_ms - 1) == "n1 leads, epoch 1."
    assert headline(promoted.at_ms) == "n1 (epoch 1) and n2 (epoch 2) each say that they lead."
    moments = [frame.at_ms for frame in film.frames]
    assert moments == sorted(moments) and len(moments) > 100
    assert {flight.kind for flight in film.flights} >= {"append", "write", "heartbeat"}
    assert any(flight.came_ms < 0 for flight in film.flights if flight.left_ms > CUT_MS)
    assert {node for _, node, _, _ in film.held} == {"n1", "n2", "n3"}


def test_a_step_to_a_fault_lands_where_the_map_shows_it() -> None:
    film = reel(RUN).film
    faults = [each for each in film.happenings if each.kind == "fault"]
    cut = next(each for each in faults if "partition" in each.text)
    [told_ms] = [line.time_s * 1000 for line in film.lines if cut.text.endswith(line.text)]
    before, after = (
        [each.wrong for each in film.frames if each.at_ms <= at][-1] for at in (told_ms, cut.at_ms)
    )
    assert before == () and after
    assert 0 < cut.at_ms - told_ms < 100


def test_what_if_the_links_had_been_healed_in_time() -> None:
    healed = with_strikes(RUN, (CUT_MS + 100, "heal", ""))
    shared = past(healed)
    assert shared and shared.same and shared.events > 50
    before, after = reel(RUN), reel(healed)
    assert before.until(shared.until_ms) == after.until(shared.until_ms)
    assert before.history != after.history
    assert {each.name for each in before.findings if each.found} == {"split-brain", "lost-write"}
    assert not any(each.found for each in after.findings)
    assert after.film.struck[0].done
    assert after.film.stopped_ms == CUT_MS + 100 + AFTER_MS


def test_after_a_strike_the_script_does_no_more_and_what_it_broke_stays() -> None:
    struck = reel(with_strikes(RUN, (CUT_MS + 100, "pause", "n3")))
    at = struck.film.stopped_ms - 1
    frame = [each for each in struck.film.frames if each.at_ms <= at][-1]
    cut = [way.link for number in frame.wires for way in struck.film.wires[number].ways if way.state == "cut"]
    assert "n1-n2" in cut and "g1-n3" in cut


def test_another_seed_from_a_moment_on_has_the_same_past_and_another_future() -> None:
    turned = msgspec.structs.replace(RUN, turn=Turn(1000, 77))
    shared = past(turned)
    assert shared and shared.same and shared.events > 50
    assert reel(turned).history != reel(RUN).history


def test_a_later_strike_shares_its_past_with_the_earlier_ones() -> None:
    both = with_strikes(RUN, (CUT_MS + 100, "heal", ""), (FAILOVER_MS, "kill", "n2"))
    assert both.before == with_strikes(RUN, (CUT_MS + 100, "heal", ""))
    shared = past(both)
    assert shared and shared.same and shared.until_ms == FAILOVER_MS
    assert past(RUN) is None


@pytest.mark.parametrize(
    "late", [with_strikes(RUN, (9000, "heal", "")), msgspec.structs.replace(RUN, turn=Turn(9000, 2))]
)
def test_nobody_strikes_when_clients_have_stopped(late: Plan) -> None:
    with pytest.raises(LabError, match=r"at 9\.00 s clients have stopped .* before 3\.21 s"):
        reel(late)


def test_what_cannot_be_done_is_told_and_the_run_goes_on() -> None:
    film = reel(with_strikes(RUN, (500, "resume", "n2"), (600, "kill", "n9"))).film
    assert [each.done for each in film.struck] == [False, False]
    assert "n2 is running" in film.struck[0].text and "n9" in film.struck[1].text


def test_simulated_machines_have_clocks_and_disks_to_be_struck() -> None:
    free = Plan("lost-writes", "async", 1, story=False)
    film = reel(
        with_strikes(free, *((500 + 10 * at, what, "n3") for at, what in enumerate(OF_MACHINES)))
    ).film
    assert [each for each in film.struck if not each.done] == []
    offered = {(choice.what, choice.why_not) for node in film.nodes for choice in node.choices}
    assert {(what, "") for what in OF_MACHINES} <= offered  # each at some moment
    grey = {("clock-right", "The clock of n3 is right."), ("disk-free", "The disk of n3 has room.")}
    assert grey <= offered


def test_strikes_stand_in_the_order_of_time() -> None:
    with pytest.raises(ValueError, match="in the order in which they happen"):
        with_strikes(RUN, (900, "heal", ""), (800, "heal", ""))


def test_a_story_that_is_held_takes_no_step_until_it_is_broken_off_and_clears_up() -> None:
    steps: list[str] = []
    over = False

    async def story() -> None:
        try:
            for number in range(9):
                steps.append(str(number))
                async with asyncio.timeout(0.01 if number == 2 else None):
                    await asyncio.sleep(0)
        finally:
            await asyncio.sleep(0)
            steps.append("cleared up")

    async def tell() -> None:
        nonlocal over
        held = Held(story(), lambda: over)
        task = asyncio.ensure_future(_awaited(held))
        while len(steps) < 3:
            await asyncio.sleep(0)
        over = True
        await asyncio.sleep(0.05)  # its own timeout does not wake it
        assert steps == ["0", "1", "2"] and not task.done()
        held.break_off(task)
        with pytest.raises((asyncio.CancelledError, TimeoutError)):
            await task

    asyncio.run(tell())
    assert steps == ["0", "1", "2", "cleared up"]


def test_a_story_that_waits_for_what_does_not_come_is_broken_off_all_the_same() -> None:
    steps: list[str] = []

    async def story() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            steps.append("cleared up")

    async def tell() -> None:
        held = Held(story(), lambda: bool(steps) or begun)
        task = asyncio.ensure_future(_awaited(held))
        begun = False
        await asyncio.sleep(0)
        begun = True
        await asyncio.sleep(0)
        held.break_off(task)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(tell())
    assert steps == ["cleared up"]


async def _awaited(held: Held) -> None:
    await held
