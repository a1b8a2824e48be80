"""Handing over: a leader gives up the lead as planned, and clients notice no more than a short wait.

The successor catches up while requests go on. Then new requests wait, the leader answers those it has taken,
and the successor gets the last of the log. Now this replica gives up its lease and the lead, *before* any
other may begin. Whatever becomes of the hand-over, even if this replica is cut off now, it never again
answers as the leader of this epoch. Only then does the lead pass: through the controller that asked for it,
or through an election to which the successor is invited. If nobody takes the lead, this replica stands for
election itself, in a new epoch, or the controller appoints it again. Waiting requests then learn who leads
(`Hold` ends), and gateways send them there.
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
        """The successor, once it has the whole log; new requests wait. On a `LabError` they go on."""
        standing = self._standing
        wait_s = standing.cluster.acknowledge_timeout_ms / 1000
        successor = await leader.successor(wanted)
        standing.hold.begin(wait_s)
        try:
            await leader.complete(successor, wait_s / 2)  # the other half is for the lead to pass
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
        """Invite `successor` to an election; if it does not win, stand for one. Raises `LabError`."""
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
