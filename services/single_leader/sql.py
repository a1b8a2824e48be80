"""The SQL door: the leader executes clients' transactions, and every replica answers queries."""

from services.messages import Execute, Executed, Position
from services.messages.sql import ResultSet
from services.single_leader.duty import Answers
from services.single_leader.outcomes import Transaction
from services.single_leader.reads import reading
from services.single_leader.standing import Standing
from services.sql import door, tables


class Sql:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {Execute: self._execute}

    async def _execute(self, message: Execute) -> Executed:
        door.check(message.statements)
        if message.mode is not None:
            return await reading.answered(self._standing, message.mode, lambda: self._look_up(message))
        leader = await self._standing.leadership()
        outcome = await leader.execute(Transaction(message.statements))
        return self._executed(leader.epoch, outcome.position, outcome.results)

    async def _look_up(self, message: Execute) -> tuple[Executed, int]:
        position, results = await reading.of_tables(
            self._standing,
            lambda storage, database: (storage.last, tables.read(database, message.statements)),
        )
        return self._executed(self._standing.epoch, position, results), position.sequence

    def _executed(self, epoch: int, position: Position, results: tuple[ResultSet, ...]) -> Executed:
        return Executed(node=self._standing.env.node, epoch=epoch, position=position, results=results)
