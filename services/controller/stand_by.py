"""A controller of a family in which nobody decides for others: it can be looked at, and does nothing."""

from services.family import Answers
from services.messages import Status
from services.node import remember_settings
from services.ports import Env
from services.settings import CommonSettings, NodeSettings


class StandBy:
    """See `services.family.Part`."""

    def __init__(self, env: Env, node: NodeSettings) -> None:
        self._env, self._settings = env, node.cluster

    def answers(self) -> Answers:
        """Nothing."""
        return {}

    async def start(self) -> None:
        """Say so."""
        self.say("stands-by", family=self._settings.family)

    async def stop(self, reason: str) -> None:
        """There is nothing to stop."""

    async def configure(self, settings: CommonSettings, reset: bool) -> None:
        """Only the settings are to be remembered."""
        remember_settings(self._env, settings)
        self._settings = settings

    def status(self) -> Status:
        """It owes nothing."""
        return Status(node=self._env.node, role="controller", settings=self._settings)

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role="controller", **fields)
