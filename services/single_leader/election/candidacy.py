"""Candidacy: stand for election when no leader has been heard from for too long, or when invited."""

import asyncio
from dataclasses import dataclass, field

from msgspec.structs import replace

from services.errors import LabError
from services.messages.single_leader import AskVote, Pulse, TakeOver, Vote
from services.single_leader import account
from services.single_leader.duty import Answers
from services.single_leader.election import rules as election
from services.single_leader.election.voting import Voting
from services.single_leader.standing import Standing

TASK = "stand-for-election"


@dataclass
class Tally:
    """The count of one ballot: `decided` once a majority says yes or no answer is outstanding."""

    enough: int
    missing: int
    yes: int = 1  # the candidate votes for itself
    decided: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, granted: bool) -> None:
        """Count one more answer; one that will never come counts as a no."""
        self.yes += granted
        self.missing -= 1
        self.look()

    def look(self) -> None:
        """Set `decided` if there is nothing left to wait for."""
        if self.won or not self.missing:
            self.decided.set()

    @property
    def won(self) -> bool:
        """A majority said yes."""
        return self.yes >= self.enough


class Candidacy:
    """See `Duty`; `start` begins to watch for silence."""

    def __init__(self, standing: Standing, voting: Voting) -> None:
        self._standing, self._voting = standing, voting
        self._newest_seen = 0  # the newest epoch that others have promised
        self._one_at_a_time = asyncio.Lock()

    def answers(self) -> Answers:
        """See `Duty`."""
        return {TakeOver: self._take_over}

    def start(self) -> None:
        """Stand for election whenever no leader is heard from, while the replicas elect their leader."""
        self._standing.env.tasks.spawn(TASK, self._watch())

    async def stop(self) -> None:
        """Never stand again."""
        await self._standing.env.tasks.cancel(TASK)

    async def _take_over(self, message: TakeOver) -> Pulse:
        standing = self._standing
        if standing.leader:
            raise LabError("bad-order", f"{standing.env.node} leads already", leader=standing.env.node)
        if message.given_up and message.given_up < standing.epoch:
            text = f"the invitation is from epoch {message.given_up}, and epoch {standing.epoch} has begun"
            raise LabError("bad-order", text, leader=standing.known_leader)
        if not await self.stand(message.reason, message.given_up):
            text = f"{standing.env.node} found no majority for it while another leader is heard from"
            raise LabError("bad-order", text, leader=standing.known_leader)
        return account.pulse(standing)

    async def _watch(self) -> None:
        standing = self._standing
        while True:
            await standing.elects.wait()
            patience_s = election.patience_s(standing.cluster, standing.env.random)
            await self._silence(patience_s)
            if standing.elects.is_set():
                await self.stand(f"no leader heard from for {patience_s:.1f} s")

    async def _silence(self, patience_s: float) -> None:
        """Return when no leader has been heard from for `patience_s`; a leader hears itself."""
        standing, clock = self._standing, self._standing.env.clock
        left_s = patience_s
        while left_s > 0:
            await clock.sleep(left_s)
            heard_at = clock.monotonic() if standing.leader else standing.heard_at
            left_s = heard_at + patience_s - clock.monotonic()

    async def stand(self, reason: str, given_up: int = 0) -> bool:
        """Hold an election; true if this replica leads in the end. For `given_up` see `AskVote`."""
        standing = self._standing
        async with self._one_at_a_time:
            if standing.leader is None:
                await self._run_for(await self._next_epoch(), reason, given_up)
            return standing.leader is not None

    async def _run_for(self, epoch: int, reason: str, given_up: int) -> None:
        standing = self._standing
        ask = AskVote(epoch=epoch, candidate=standing.env.node, last=standing.storage.last, given_up=given_up)
        if not (await self._poll(replace(ask, trial=True))).won:
            return
        asked_at = standing.env.lease_clock.now_s()
        standing.say("stands-for-election", to_epoch=epoch, reason=reason)
        try:
            if (await self._voting.vote(ask)).granted and (await self._poll(ask)).won:
                await standing.lead(epoch, reason, asked_at)
        except LabError as error:  # another candidate was faster, or the disk is full
            standing.say("election-broken-off", to_epoch=epoch, reason=str(error))

    async def _next_epoch(self) -> int:
        standing = self._standing
        given = await standing.env.disk.run(standing.ballot.last)
        return max(standing.storage.epoch, given.epoch, self._newest_seen) + 1

    async def _poll(self, ask: AskVote) -> Tally:
        """The count of the others' votes, as soon as it is decided."""
        standing = self._standing
        others = standing.peers
        tally = Tally(election.majority(len(others) + 1), len(others))
        tally.look()
        for node in others:
            standing.env.tasks.spawn("ask-vote", self._ask(node, ask, tally))
        await tally.decided.wait()
        return tally

    async def _ask(self, node: str, ask: AskVote, tally: Tally) -> None:
        standing = self._standing
        try:
            reply = await standing.env.network.call(node, ask, standing.cluster.call_timeout_ms / 1000)
        except LabError:
            tally.count(False)
            return
        assert isinstance(reply, Vote), reply
        self._newest_seen = max(self._newest_seen, reply.epoch)
        tally.count(reply.granted)
