"""A simulated process: a real replica, controller or gateway over simulated ports.

The HTTP layer around a real node is a few lines here: requests become messages, refusals become answers, a
bug while answering is logged and reported as `internal`, and a bug in the node's background work ends the
process.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from traceback import extract_tb

from chaos.cluster import ClusterError
from chaos.runtimes.log_book import LogBook
from chaos.runtimes.simulated.clock import EPOCH_S
from chaos.runtimes.simulated.disk import SimulatedDisk
from chaos.runtimes.simulated.loop import VirtualLoop
from chaos.runtimes.simulated.network import SimulatedNetwork
from chaos.runtimes.simulated.timeline import Timeline
from services.adapters.tasks import OrderedTasks
from services.errors import LabError
from services.logline import LogLine, as_json
from services.messages import Message, Status, decode, encode, failed
from services.node import Node, when_there_is_room
from services.ports import Clock, Env
from services.roles import ROLES, Maker, maker
from services.settings import NodeSettings

NODES: Mapping[str, Maker] = {role: maker(role) for role in ROLES}


class ProcessLog:
    """The log port: lines as a real node writes them, at the true time, into the lab's book."""

    def __init__(self, node: str, timeline: Timeline, book: LogBook) -> None:
        self._node, self._timeline, self._book = node, timeline, book
        self.is_open = True

    def event(self, event: str, **fields: object) -> None:
        """See `services.ports.Log`."""
        if self.is_open:
            line = LogLine(EPOCH_S + self._timeline.now_s, self._node, event, fields)
            self._book.add(self._node, as_json(line))


class Process:
    """One life of a node, from `start` to `kill`. `ended` is called when it ends by itself."""

    def __init__(
        self,
        settings: NodeSettings,
        clock: Clock,
        network: SimulatedNetwork,
        disk: SimulatedDisk,
        random: Random,
        log: ProcessLog,
        loop: VirtualLoop,
        ended: Callable[[], None],
    ) -> None:
        self.loop = loop
        self.answers = False
        self._settings, self._disk, self._log, self._ended = settings, disk, log, ended
        self._env = Env(settings.node, clock, network, disk, random, OrderedTasks(self._crashed), log)
        self.node: Node  # from the moment it begins on

    def start(self, make: Maker, after_s: float) -> None:
        """Begin to live; it answers a little after `after_s`."""
        self.loop.call_later(after_s, lambda: self._env.tasks.spawn("start", self._begin(make)))

    async def _begin(self, make: Maker) -> None:
        async def begin() -> Node:
            return make(self._env, self._settings)

        self.node = await when_there_is_room(self._env, begin)
        await self.node.start()
        self.answers = True

    def account(self) -> Status:
        """What the node says of itself. Raises `ClusterError` while it starts."""
        if not self.answers:
            raise ClusterError(f"{self._settings.node} is starting; ask again")
        return self.node.status()

    def peek(self, message: Message) -> Message:
        """The answer of a node that waits for nothing to give it: no time passes, no chance is drawn.

        Raises `ClusterError` while it starts, and where it cannot answer at once.
        """
        self.account()
        asking = self.node.handle(message).__await__()
        try:
            next(asking)
        except StopIteration as answer:
            reply: Message = answer.value
            return reply
        asking.close()
        raise ClusterError(f"{self._settings.node} would have to wait for something to answer that")

    async def serve(self, data: bytes) -> bytes:
        """The answer to one encoded message, encoded."""
        try:
            reply = await self.node.handle(decode(data))
        except LabError as error:
            return encode(failed(error))
        except Exception as error:
            self._log.event("bug", exception=in_a_line(error))
            return encode(failed(LabError("internal", "a bug in the node; its log has the traceback")))
        return encode(reply)

    def kill(self) -> None:
        """SIGKILL, and the machine loses power with it: what was not synced may be gone."""
        self.answers = False
        self._log.is_open = False
        self.loop.kill()
        self._disk.crash()
        self.loop.bury()

    def _crashed(self, task: str, error: BaseException) -> None:
        self._log.event("crashed", task=task, exception=in_a_line(error))
        self._ended()


def in_a_line(error: BaseException) -> str:
    """What it was and where; no more, because tracebacks look different in each version of Python."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    return f"{type(error).__name__}: {error} ({' > '.join(places)})"
