"""A simulated machine: its clocks and its disk stay while the processes on it come and go."""

from collections.abc import Awaitable, Callable
from random import Random

from msgspec.structs import replace

from chaos.cluster import ClockState, ProcessState
from chaos.runtimes.log_book import LogBook
from chaos.runtimes.simulated.clock import RIGHT, MachineClock
from chaos.runtimes.simulated.disk import MachineDisk, SimulatedDisk
from chaos.runtimes.simulated.loop import VirtualLoop, new_loop
from chaos.runtimes.simulated.network import SimulatedNetwork, Wire
from chaos.runtimes.simulated.process import Process, ProcessLog
from services.messages import Message, Status
from services.node import Node
from services.roles import Maker
from services.settings import AnySettings, NodeSettings

LONGEST_UPTIME_S = 1000.0
SHORTEST_START_S, LONGEST_START_S = 0.05, 0.2


class Machine:
    """See `network.Peer`. `chance(*names)` is the random generator for the purpose of that name."""

    def __init__(
        self,
        settings: NodeSettings,
        ether: VirtualLoop,
        chance: Callable[..., Random],
        log_book: LogBook,
        make: Maker,
    ) -> None:
        self.name = settings.node
        self.clock = MachineClock(ether.timeline, chance("clock").uniform(0, LONGEST_UPTIME_S))
        self.disk = MachineDisk(chance("disk"), self.clock.wall)
        self.outbound: dict[str, Wire] = {}
        self.inbound: list[Wire] = []
        self._settings, self._ether, self._log_book, self._make = settings, ether, log_book, make
        self._chance = chance
        self._waking = chance("waking")
        self._starts = 0
        self._process: Process | None = None

    @property
    def state(self) -> ProcessState:
        """What an operating system would say of the process."""
        if self._process is None:
            return "dead"
        return "paused" if self._process.loop.stands_still else "running"

    @property
    def _stands_still(self) -> bool:
        """The whole machine, with its clocks."""
        return self.clock.state.still != "no"

    @property
    def alive(self) -> bool:
        """True if a process listens here, even if it stands still."""
        return self._process is not None and self._process.answers

    @property
    def loop(self) -> VirtualLoop:
        """That of the process, which must be alive."""
        assert self._process
        return self._process.loop

    @property
    def node(self) -> Node:
        """The node that the process runs; it must be alive, and have begun."""
        assert self._process
        return self._process.node

    def serve(self, data: bytes) -> Awaitable[bytes]:
        """The answer of the process, which must be alive."""
        assert self._process
        return self._process.serve(data)

    def account(self) -> Status:
        """What the process, which must be alive, says of itself. Raises `ClusterError` while it starts."""
        assert self._process
        return self._process.account()

    def peek(self, message: Message) -> Message:
        """See `Process`, which must be alive."""
        assert self._process
        return self._process.peek(message)

    def start(self, settings: AnySettings) -> None:
        """Start a process; it answers a little later."""
        assert self._process is None
        self._starts += 1
        timeline, random = self._ether.timeline, self._chance("process", self._starts)
        loop = new_loop(self.name, timeline, self.clock)
        loop.hold_timers(self._stands_still)
        self._process = Process(
            settings=replace(self._settings, cluster=settings),
            clock=self.clock,
            network=SimulatedNetwork(loop, self.outbound.get),
            disk=SimulatedDisk(self.disk, loop, self.name),
            random=random,
            log=ProcessLog(self.name, timeline, self._log_book),
            loop=loop,
            ended=self.kill,
        )
        self._process.start(self._make, random.uniform(SHORTEST_START_S, LONGEST_START_S))

    def kill(self) -> None:
        """End the process at once, if there is one; everybody who waits for it learns that it is gone."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for wire in self.inbound:
                wire.lose_all()

    def renew(self) -> None:
        """As new: no process, nothing on the disk, and everything in order."""
        self.kill()
        self.disk.renew()
        self.set_clock(RIGHT)

    def go_on(self) -> None:
        """The process, which must be paused, goes on."""
        self.loop.resume(self._waking)

    def set_clock(self, state: ClockState) -> None:
        """From now on the clocks are wrong in this way; while they stand still, so do timers."""
        self.clock.set(state)
        if self._process:
            self._process.loop.hold_timers(self._stands_still)
