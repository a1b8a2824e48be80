"""The script of a film: the scenario's own until a person strikes, and from then on only that person."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from chaos.catalogue.scenario import Script
from chaos.cluster import ClusterError
from chaos.page.simulated.cluster import FilmedCluster
from chaos.page.simulated.held import Held
from chaos.page.simulated.machines import perform
from chaos.page.simulated.plan import AFTER_MS, FREE_MS, Plan, Struck
from chaos.running.run import Run


@dataclass
class Told:
    """What came of it: of each strike whether it was done and in words, and when clients stopped."""

    done: dict[int, tuple[bool, str]] = field(default_factory=dict)
    stopped_ms: float = 0.0


def script_of(plan: Plan, story: Script, cluster: FilmedCluster, told: Told) -> Script:
    """What `plan` says, as a script; what came of it is in `told` afterwards."""

    async def script(run: Run) -> None:
        def after(at_ms: float) -> float:
            return max(0.0, at_ms / 1e3 - run.recorder.elapsed_ns() / 1e9)

        if plan.turn:
            seed = plan.turn.seed
            asyncio.get_running_loop().call_later(after(plan.turn.at_ms), lambda: cluster.turn(seed))
        begins_ms = plan.strikes[0].at_ms if plan.strikes else float("inf")
        held = Held(_told(plan, story, run), lambda: after(begins_ms) == 0)
        telling = asyncio.create_task(_awaited(held))
        strikes = [
            asyncio.create_task(_strike(number, strike, run, after, told))
            for number, strike in enumerate(plan.strikes)
        ]
        try:
            if plan.strikes:
                await run.traffic(after(_ends_ms(plan)))
            else:
                await telling
        finally:
            told.stopped_ms = run.recorder.elapsed_ns() / 1e6
            held.break_off(telling)
            for strike in strikes:
                strike.cancel()
            for task in (telling, *strikes):
                with suppress(asyncio.CancelledError, ClusterError):
                    await task

    return script


def _ends_ms(plan: Plan) -> float:
    latest = plan.strikes[-1].at_ms + AFTER_MS
    return latest if plan.story else max(latest, FREE_MS)


async def _told(plan: Plan, story: Script, run: Run) -> None:
    if plan.story:
        await story(run)
    else:
        await run.traffic(FREE_MS / 1000)


async def _awaited(held: Held) -> None:
    await held


async def _strike(number: int, strike: Struck, run: Run, after: Callable[[float], float], told: Told) -> None:
    await asyncio.sleep(after(strike.at_ms))
    told.done[number] = (False, "it was not finished when the run was over")
    try:
        told.done[number] = (True, await perform(run.cluster, strike.order))
    except (ClusterError, ValueError) as error:
        told.done[number] = (False, str(error))
        run.tell(f"not done: {error}", "fault")
