"""A replica that leads or follows. Its duties say what it answers, `Standing` what it knows of itself."""

from services.family import Answers
from services.messages import Status
from services.ports import Env
from services.settings import NodeSettings
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader import account, trimming
from services.single_leader.copying.handing_out import HandingOut
from services.single_leader.copying.newcomer import Newcomer
from services.single_leader.duty import Duty
from services.single_leader.election.candidacy import Candidacy
from services.single_leader.election.voting import Voting
from services.single_leader.feed import Feed
from services.single_leader.following import Following
from services.single_leader.handing_over import HandingOver
from services.single_leader.machine import MachineMaker
from services.single_leader.orders import Orders
from services.single_leader.reads.reads import Reads
from services.single_leader.reads.sessions import Sessions
from services.single_leader.sql import Sql
from services.single_leader.standing import COPYING, Standing
from services.single_leader.writing import Writing
from services.trouble import Trouble


class Member:
    """See `services.family.Part`."""

    def __init__(self, env: Env, node: NodeSettings, machine: MachineMaker | None = None) -> None:
        """See `Standing`."""
        self.standing = standing = Standing(env, node, machine)
        voting = Voting(standing)
        self._candidacy = Candidacy(standing, voting)
        self._newcomer = newcomer = Newcomer(standing)
        self._trouble = Trouble(standing.say)
        self._duties: tuple[Duty, ...] = (
            *(Writing(standing), Reads(standing), Sql(standing), Feed(standing)),
            *(Following(standing, newcomer), HandingOut(standing, newcomer), Orders(standing)),
            *(voting, self._candidacy, HandingOver(standing, self._candidacy), Sessions(standing)),
        )

    def answers(self) -> Answers:
        """See `Part`."""
        return {kind: answer for duty in self._duties for kind, answer in duty.answers().items()}

    async def start(self) -> None:
        """Say how far this replica's log goes, then wait for a leader to make itself known or an election."""
        self.standing.say("started")
        self._candidacy.start()
        self._newcomer.resume()
        self.standing.env.tasks.spawn(trimming.TASK, trimming.keep_trimming(self.standing, self._trouble))

    async def stop(self, reason: str) -> None:
        """Stop leading and close the files."""
        await self._candidacy.stop()
        for task in (trimming.TASK, COPYING):
            await self.standing.env.tasks.cancel(task)
        await self.standing.stop_leading(reason)
        self.standing.storage.reader.close()  # on the loop, which reads from it
        await self.standing.env.disk.run(lambda: self.standing.storage.close())  # after all writes

    async def configure(self, settings: SingleLeaderSettings, reset: bool) -> None:
        """See `Part` and `Standing`."""
        await self.standing.configure(settings, reset)

    def status(self) -> Status:
        """What this replica knows of itself."""
        return account.status(self.standing)

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self.standing.say(event, **fields)
