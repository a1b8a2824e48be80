"""A node without a part in what the others do: it remembers settings, shows its status, and refuses work."""

from typing import ClassVar, NoReturn

from services.errors import LabError
from services.family import NO_WISH, Answers, Wish
from services.messages import Execute, Executed, Read, ReadResult, Status, Write, Written
from services.node import remember_settings
from services.ports import Env
from services.settings import CommonSettings, NodeSettings


class Bystander:
    """See `services.family.Part`. It owes nothing."""

    role: ClassVar[str]

    def __init__(self, env: Env, node: NodeSettings) -> None:
        self._env, self._node, self._settings = env, node, node.cluster

    def answers(self) -> Answers:
        """Nothing."""
        return {}

    async def start(self) -> None:
        """Log that it stands by."""
        self.say("stands-by", family=self._settings.family)

    async def stop(self, reason: str) -> None:
        """There is nothing to stop."""

    async def configure(self, settings: CommonSettings, reset: bool) -> None:
        """Remember the settings, nothing more."""
        remember_settings(self._env, settings)
        self._settings = settings

    def status(self) -> Status:
        """Its name and role, and nothing else."""
        return Status(node=self._env.node, role=self.role, settings=self._settings)

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role=self.role, **fields)


class ClosedDoor(Bystander):
    """See `services.family.Door`; every client is told `why` it is refused."""

    def why(self) -> LabError:
        """What is wrong, and what helps."""
        raise NotImplementedError

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `Door`: all replicas."""
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
        raise self.why()
