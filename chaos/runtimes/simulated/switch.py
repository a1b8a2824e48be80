"""A simulated power switch: beside its machine, in no process, so it works even if processes stand still."""

from chaos.runtimes.log_book import LogBook
from chaos.runtimes.simulated.loop import VirtualLoop
from chaos.runtimes.simulated.machine import Machine
from chaos.runtimes.simulated.network import Wire
from chaos.runtimes.simulated.process import ProcessLog
from services.errors import LabError
from services.messages import decode, encode, failed
from services.power import PowerSwitch


class SimulatedSwitch:
    """See `network.Peer`. The power of a machine fails as when it is killed: what was not synced may go."""

    alive = True

    def __init__(self, machine: Machine, ether: VirtualLoop, log_book: LogBook) -> None:
        self.name = machine.name
        self.loop = ether
        self.inbound: list[Wire] = []
        self._machine = machine
        log = ProcessLog(machine.name, ether.timeline, log_book)
        self._switch = PowerSwitch(machine.name, log, self)

    async def cut(self) -> bool:
        """See `services.power.Power`."""
        was_running = self._machine.state != "dead"
        self._machine.kill()
        return was_running

    async def serve(self, data: bytes) -> bytes:
        """The answer to one encoded message, encoded."""
        try:
            return encode(await self._switch.handle(decode(data)))
        except LabError as error:
            return encode(failed(error))
