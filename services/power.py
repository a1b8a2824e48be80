"""The power switch of a machine: it ends what runs there without the machine's help.

STONITH, "shoot the other node in the head", as in Linux-HA and Pacemaker: before another leader may begin,
the old one must certainly have stopped. Asking it to stop is not fencing, because a process that hangs obeys
too late. So each replica's machine has a switch beside it, provided by the runtime, on a network of its own.
Only the switch's confirmation counts: nothing that ran when it was asked will ever act again.
"""

from typing import Protocol

from services.errors import LabError
from services.messages import AskStatus, Message, PoweredOff, PowerOff, Status, kind_of
from services.ports import Log


class Power(Protocol):
    """What the switch interrupts."""

    async def cut(self) -> bool:
        """When this returns, no process that ran before will ever act again; False if none ran.

        Raises `LabError` if that is not certain.
        """


class PowerSwitch:
    """The switch beside the machine of `node`. Its log lines are about that node, so they carry its name."""

    def __init__(self, node: str, log: Log, power: Power) -> None:
        self._node, self._log, self._power = node, log, power

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError`."""
        if isinstance(message, PowerOff):
            return await self._off(message)
        if isinstance(message, AskStatus):
            return Status(node=self._node, role="switch")
        raise LabError("bad-request", f"a power switch has no use for {kind_of(type(message))}")

    async def _off(self, order: PowerOff) -> PoweredOff:
        was_running = await self._power.cut()
        if was_running:
            self._log.event("powered-off", role="switch", by=order.by, reason=order.reason)
        return PoweredOff(node=self._node, was_running=was_running)
