"""The machine stands still and its clocks with it, like a sleeping laptop or a frozen virtual machine.

That is worse than a pause. After a pause the monotonic clock tells how long it was; here it says that no time
has passed. What may still show it:

- `boot-time`: the machine's own system put it to sleep, and its boot-time clock counted that time;
- `wall`: no clock of the machine counted, but the wall clock is corrected before anything runs again;
- `nothing`: no clock counted, and none is corrected.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from chaos.cluster import ClockState, Cluster, Machines
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_processes import must_be

Telltale: TypeAlias = Literal["boot-time", "wall", "nothing"]


@dataclass(frozen=True)
class Freeze(Fault):
    """Leaving the block lets the machine go on; `told_by` is the clock that then shows the freeze."""

    target: str
    told_by: Telltale = "wall"
    needs = frozenset({"clocks", "pause"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        node, machines = await cluster.resolve(self.target), cast(Machines, cluster)
        time = asyncio.get_running_loop().time
        began_s: list[float] = []

        async def bite() -> None:
            await cluster.pause(node)
            began_s.append(time())
            still = ClockState(still="asleep" if self.told_by == "boot-time" else "frozen")
            await machines.set_clock(node, still)
            await must_be(cluster, node, "paused")

        async def heal() -> None:
            late_s = time() - began_s[0] if began_s and self.told_by == "nothing" else 0.0
            await machines.set_clock(node, ClockState(offset_s=-late_s))
            if await cluster.process_state(node) == "paused":
                await cluster.resume(node)
                await must_be(cluster, node, "running")

        value = {"nodes": [node], "told_by": self.told_by}
        start = Mark("freeze", value, f"frozen: the machine of {node}, with its clocks")
        return Strike((node,), start, Mark("thaw", value, f"resumed: the machine of {node}"), bite, heal)
