"""Orders: the controller's, who decides who leads, and the operator's."""

from services.errors import LabError
from services.messages import (
    AskStatus,
    Configure,
    Fence,
    Heartbeat,
    Message,
    Probe,
    Promote,
    Status,
    StepDown,
)
from services.node import probe
from services.single_leader.duty import Answers
from services.single_leader.standing import Standing


class Orders:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {
            Heartbeat: self._heartbeat,
            Fence: self._fence,
            Promote: self._promote,
            StepDown: self._step_down,
            Configure: self._configure,
            AskStatus: self._ask_status,
            Probe: self._probe,
        }

    async def _heartbeat(self, message: Heartbeat) -> Status:
        standing = self._standing
        if standing.leader and message.epoch > standing.leader.epoch:
            reason = f"the controller says that {message.leader} leads in epoch {message.epoch}"
            await standing.stop_leading(reason, before=message.epoch)
        if message.leader and message.epoch >= standing.epoch:
            standing.follow(message.leader)
            standing.count(message.members)
        return standing.pulse()

    async def _fence(self, message: Fence) -> Status:
        """Promise the epoch on disk before answering: from now on nobody older is listened to."""
        standing = self._standing
        if message.epoch < standing.epoch:
            raise LabError("stale-epoch", f"epoch {message.epoch} is over, epoch {standing.epoch} has begun")
        reason = f"the controller prepares epoch {message.epoch}"
        await standing.stop_leading(reason, before=message.epoch)
        storage = standing.storage
        await standing.env.disk.run(lambda: storage.promise(message.epoch))
        return standing.status()

    async def _promote(self, message: Promote) -> Status:
        self._standing.count(message.members)
        await self._standing.lead(message.epoch, message.reason)
        return self._standing.status()

    async def _step_down(self, message: StepDown) -> Status:
        await self._standing.stop_leading(message.reason)
        return self._standing.status()

    async def _configure(self, message: Configure) -> Status:
        await self._standing.configure(message.settings, message.reset)
        return self._standing.status()

    async def _ask_status(self, _: AskStatus) -> Status:
        return self._standing.status()

    async def _probe(self, message: Probe) -> Message:
        return await probe(self._standing.env, message)
