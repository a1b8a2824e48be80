"""Handing over: a leader gives up the lead as planned, and no client notices more than a short wait.

New requests wait; what was taken before is acknowledged; the successor gets the whole log. Only then does
the lead pass: by the controller, who asked for it, or else by an election to which the successor is
invited. Requests that waited are then told who leads (`Hold` ends), and gateways send them there.
"""

from services.errors import LabError
from services.messages import HandOver, Status, TakeOver
from services.replica.duties.duty import Answers
from services.replica.standing import Standing


class HandingOver:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {HandOver: self._hand_over}

    async def _hand_over(self, order: HandOver) -> Status:
        standing = self._standing
        leader = standing.must_lead()
        standing.hold.begin(standing.cluster.acknowledge_timeout_ms / 1000)
        try:
            successor = await leader.complete(order.to)
            standing.say("hands-over", to=successor)
            if standing.elects.is_set():
                await self._invite(successor)
        except LabError as error:
            if standing.leader is leader:
                standing.hold.end()
            standing.say("hand-over-failed", reason=str(error))
            raise
        return standing.status()

    async def _invite(self, successor: str) -> None:
        env, settings = self._standing.env, self._standing.cluster
        invitation = TakeOver(reason=f"{env.node} hands over", invited=True)
        await env.network.call(successor, invitation, settings.call_timeout_ms / 1000)
