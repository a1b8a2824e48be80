"""Voting: if the replicas elect their leader, answer candidates, and gateways that ask who leads."""

import apsw

from services.errors import LabError
from services.messages.single_leader import AskRoute, AskVote, Route, Vote
from services.single_leader.duty import Answers
from services.single_leader.election import rules as election
from services.single_leader.election.ballot import GivenVote
from services.single_leader.election.rules import Voter
from services.single_leader.standing import Standing


class Voting:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {AskVote: self.vote, AskRoute: self._ask_route}

    async def vote(self, request: AskVote) -> Vote:
        """Yes or no; a yes that counts is on the disk first. Raises `LabError`."""
        standing = self._standing
        if not standing.elects.is_set():
            coordination = standing.cluster.coordination
            raise LabError("bad-order", f"there are no elections here, as coordination is {coordination!r}")
        has_leader = self._has_leader()
        try:
            granted = await standing.env.disk.run(lambda: self._decide(request, has_leader))
        except (apsw.Error, OSError) as error:
            raise LabError("storage-failed", f"the disk did not take the vote: {error}") from error
        if granted and not request.trial:
            reason = f"{request.candidate} stands for epoch {request.epoch}"
            await standing.stop_leading(reason, before=request.epoch)
            standing.forget_leader()
            standing.say("voted", candidate=request.candidate, to_epoch=request.epoch)
        return Vote(node=standing.env.node, epoch=standing.storage.epoch, granted=granted)

    def _decide(self, request: AskVote, has_leader: bool) -> bool:
        """Runs on the disk's own thread, so that nothing is written between looking and voting."""
        storage, ballot = self._standing.storage, self._standing.ballot
        voter = Voter(storage.epoch, ballot.last(), storage.last, has_leader)
        granted = election.grants(voter, request)
        if granted and not request.trial:
            ballot.cast(GivenVote(request.epoch, request.candidate))
            storage.promise(request.epoch)
        return granted

    def _has_leader(self) -> bool:
        standing = self._standing
        if standing.leader:
            return standing.leader.lease.valid
        silent_s = standing.env.clock.monotonic() - standing.heard_at
        return silent_s < election.loyal_s(standing.cluster)

    async def _ask_route(self, _: AskRoute) -> Route:
        standing = self._standing
        if standing.known_leader is None:
            raise LabError("no-leader", f"{standing.env.node} knows of no leader at the moment")
        return Route(epoch=standing.epoch, leader=standing.known_leader)
