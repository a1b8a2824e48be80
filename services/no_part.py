"""What a node is between two families when its disk has refused the next one: nobody, and it says so.

The old part is over and its data is gone, so nothing of it may answer any more; the next part has not begun.
"""

from typing import NoReturn

from services.errors import LabError
from services.family import NO_WISH, Answers, Wish
from services.messages import Execute, Executed, Read, ReadResult, Status, Write, Written
from services.ports import Env
from services.settings import CommonSettings, NodeSettings


class NoPart:
    """See `services.family.Door`, which is a `Part` as well."""

    def __init__(self, env: Env, node: NodeSettings) -> None:
        self._env, self._node = env, node

    def answers(self) -> Answers:
        """Nothing."""
        return {}

    async def start(self) -> None:
        """There is nothing to start."""

    async def stop(self, reason: str) -> None:
        """There is nothing to stop."""

    async def configure(self, settings: CommonSettings, reset: bool) -> None:
        """See `Part`; no settings make it somebody, the shell does that."""
        self._refuse()

    def status(self) -> Status:
        """It owes a part."""
        return Status(node=self._env.node, role="none", owes=1, settings=self._node.cluster)

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role="none", **fields)

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `Door`: all that there are."""
        return self._node.replicas

    def must_know_the_way(self) -> None:
        """See `Door`."""
        self._refuse()

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """See `Door`."""
        self._refuse()

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """See `Door`."""
        self._refuse()

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """See `Door`."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        family = self._node.cluster.family
        text = f"{self._env.node} was to become {family}, and its disk refused"
        raise LabError("shutting-down", f"{text}; make room and give the order again")
