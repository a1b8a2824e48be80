"""Orders: from the controller, which decides who leads, and from the operator."""

from services.errors import LabError
from services.messages.single_leader import Fence, Heartbeat, Promote, Pulse, StepDown
from services.single_leader import account
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
        }

    async def _heartbeat(self, message: Heartbeat) -> Pulse:
        standing = self._standing
        if standing.leader and message.epoch > standing.leader.epoch:
            reason = f"the controller says that {message.leader} leads in epoch {message.epoch}"
            await standing.stop_leading(reason, before=message.epoch)
        if message.leader and message.epoch >= standing.epoch:
            standing.follow(message.leader)
            standing.count(message.members)
        return account.pulse(standing)

    async def _fence(self, message: Fence) -> Pulse:
        """Promise the epoch on disk before answering: from now on refuse every older one."""
        standing = self._standing
        if message.epoch < standing.epoch:
            raise LabError("stale-epoch", f"epoch {message.epoch} is over, epoch {standing.epoch} has begun")
        reason = f"the controller prepares epoch {message.epoch}"
        await standing.stop_leading(reason, before=message.epoch)
        storage = standing.storage
        await standing.env.disk.run(lambda: storage.promise(message.epoch))
        return account.pulse(standing)

    async def _promote(self, message: Promote) -> Pulse:
        self._standing.count(message.members)
        await self._standing.lead(message.epoch, message.reason)
        return account.pulse(self._standing)

    async def _step_down(self, message: StepDown) -> Pulse:
        await self._standing.stop_leading(message.reason)
        return account.pulse(self._standing)
