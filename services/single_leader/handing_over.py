"""Handing over: a leader gives up the lead as planned, and no client notices more than a short wait.

The successor catches up while requests go on. Then new requests wait; what was taken before is answered; the
successor gets the last of the log. Now this replica gives up its lease and the lead, *before* anybody else
may begin. Whatever becomes of the hand-over, and even if it is cut off at this moment, it answers nothing as
the leader of this epoch again. Only then the lead passes: by the controller, who asked for it, or else by an
election to which the successor is invited. If nobody takes it, this replica stands for election itself, in a
new epoch, or the controller appoints it again. Requests that waited are then told who leads (`Hold` ends),
and gateways send them there.
"""

from services.errors import LabError
from services.messages.single_leader import HandOver, Pulse, TakeOver
from services.single_leader import account
from services.single_leader.duty import Answers
from services.single_leader.election.candidacy import Candidacy
from services.single_leader.leader import Leader
from services.single_leader.standing import Standing


class HandingOver:
    """See `Duty`."""

    def __init__(self, standing: Standing, candidacy: Candidacy) -> None:
        self._standing, self._candidacy = standing, candidacy
        self._busy = False

    def answers(self) -> Answers:
        """See `Duty`."""
        return {HandOver: self._hand_over}

    async def _hand_over(self, order: HandOver) -> Pulse:
        standing = self._standing
        leader = standing.must_lead()
        if self._busy:
            raise LabError("bad-order", "a hand-over is under way; `./lab status` shows when it is over")
        self._busy = True
        try:
            successor = await self._prepared(leader, order.to)
            await self._give_up(leader, successor)
            if standing.elects.is_set():
                await self._pass_on(leader.epoch, successor)
        except LabError as error:
            standing.say("hand-over-failed", reason=str(error))
            raise
        finally:
            self._busy = False
        return account.pulse(standing)

    async def _prepared(self, leader: Leader, wanted: str | None) -> str:
        """The successor, with the whole log; new requests wait. Raises `LabError`, and they go on."""
        standing = self._standing
        wait_s = standing.cluster.acknowledge_timeout_ms / 1000
        successor = await leader.successor(wanted)
        standing.hold.begin(wait_s)
        try:
            await leader.complete(successor, wait_s / 2)  # half of the wait is left for the lead to pass
        except LabError:
            if standing.leader is leader:
                standing.hold.end()
            raise
        return successor

    async def _give_up(self, leader: Leader, successor: str) -> None:
        standing = self._standing
        leader.lease.give_up()
        standing.hold.successor = successor
        standing.say("hands-over", to=successor)
        await standing.stop_leading(f"it hands over to {successor}", before=leader.epoch + 1)

    async def _pass_on(self, epoch: int, successor: str) -> None:
        """Invite `successor` to an election; stand for one if it does not win it. Raises `LabError`."""
        env, settings = self._standing.env, self._standing.cluster
        invitation = TakeOver(reason=f"{env.node} hands over", given_up=epoch)
        try:
            await env.network.call(successor, invitation, settings.call_timeout_ms / 1000)
        except LabError as error:
            if self._standing.known_leader is not None:
                return  # only the answer is late
            back = await self._candidacy.stand(f"{successor} did not take over", epoch)
            end = f"{env.node} leads again" if back else f"{env.node} has given up the lead"
            raise LabError("bad-order", f"{successor} did not take over ({error}); {end}") from error
