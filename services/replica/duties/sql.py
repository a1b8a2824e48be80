"""The SQL door: the leader executes clients' transactions, and every replica answers queries."""

from services.messages import Execute, Executed, Position
from services.messages.sql import ResultSet
from services.replica import reading
from services.replica.duties.duty import Answers
from services.replica.log import door, tables
from services.replica.standing import Standing


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
            return await self._query(message)
        leader = self._standing.must_lead()
        outcome = await leader.execute(message.statements)
        return self._executed(leader.epoch, outcome.position, outcome.results)

    async def _query(self, message: Execute) -> Executed:
        standing = self._standing
        if message.mode == "leader" or (message.mode == "bounded" and standing.leader):
            leader = standing.must_lead()
            leader.lease.check()
            executed = self._look_up(message)
            await leader.acknowledged_up_to(executed.position.sequence)
            leader.lease.check()
            return executed
        if message.mode == "bounded":
            lag_s = standing.freshness.lag_s(standing.env.clock.monotonic())
            bound_s = standing.cluster.read_bound_ms / 1000
            reading.check_lag(standing.env.node, lag_s, bound_s, standing.known_leader)
        return self._look_up(message)

    def _look_up(self, message: Execute) -> Executed:
        standing = self._standing
        position = standing.storage.last
        results = tables.read(standing.storage.reader, message.statements)
        return self._executed(standing.epoch, position, results)

    def _executed(self, epoch: int, position: Position, results: tuple[ResultSet, ...]) -> Executed:
        return Executed(node=self._standing.env.node, epoch=epoch, position=position, results=results)
