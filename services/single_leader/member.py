"""A replica: one copy of the data. Its duties say what it answers, `Standing` what it knows of itself."""

from collections.abc import Sequence

import apsw

from services.config import NodeSettings
from services.errors import LabError
from services.messages import Execute, Message, Read, Status, Write
from services.ports import Env
from services.replica.capacity import Capacity
from services.single_leader import trimming
from services.single_leader.copying.handing_out import Copying
from services.single_leader.copying.newcomer import Newcomer
from services.single_leader.duty import Answers, Duty
from services.single_leader.election.candidacy import Candidacy
from services.single_leader.election.voting import Voting
from services.single_leader.feed import Feed
from services.single_leader.following import Following
from services.single_leader.handing_over import HandingOver
from services.single_leader.orders import Orders
from services.single_leader.reads.reads import Reads
from services.single_leader.reads.sessions import Sessions
from services.single_leader.sql import Sql
from services.single_leader.standing import COPYING, Standing
from services.single_leader.writing import Writing
from services.trouble import Trouble

OF_CLIENTS = (Read, Write, Execute)


class Replica:
    """`handle` is its only door; `env` is its only outside."""

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self.standing = standing = Standing(env, settings)
        voting = Voting(standing)
        self._candidacy = Candidacy(standing, voting)
        self._newcomer = newcomer = Newcomer(standing)
        self._capacity = Capacity(env.clock)
        self._trouble = Trouble(standing.say)
        self._answers = _all_answers(
            (
                *(Writing(standing), Reads(standing), Sql(standing), Feed(standing)),
                *(Following(standing, newcomer), Copying(standing, newcomer), Orders(standing)),
                *(voting, self._candidacy, HandingOver(standing, self._candidacy), Sessions(standing)),
            )
        )

    async def start(self) -> None:
        """Say where the own disk ends; a leader will make itself known, or an election be held."""
        self.standing.say("started")
        self._candidacy.start()
        self._newcomer.resume()
        self.standing.env.tasks.spawn(trimming.TASK, trimming.keep_trimming(self.standing, self._trouble))

    async def stop(self) -> None:
        """Stop leading and close the files."""
        await self._candidacy.stop()
        for task in (trimming.TASK, COPYING):
            await self.standing.env.tasks.cancel(task)
        await self.standing.stop_leading("the process stops")
        self.standing.storage.close()

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        answer = self._answers.get(type(message))
        if answer is None:
            raise LabError("bad-request", f"a replica has no use for a {type(message).__name__}")
        what = type(message).__name__
        try:
            if isinstance(message, OF_CLIENTS):
                await self._capacity.served(self.standing.cluster.capacity_per_s)
            reply = await answer(message)
        except apsw.ConnectionClosedError as error:
            raise LabError(
                "shutting-down", f"the data of {self.standing.env.node} is being replaced"
            ) from error
        except Exception as error:
            told = self._trouble.told(what, error)
            if told is error:
                raise
            raise told from error
        self._trouble.over(what)
        return reply

    def status(self) -> Status:
        """What this replica knows of itself."""
        return self.standing.status()


def _all_answers(duties: Sequence[Duty]) -> Answers:
    return {kind: answer for duty in duties for kind, answer in duty.answers().items()}
