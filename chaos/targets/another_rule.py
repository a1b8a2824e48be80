"""Another rule of acknowledgement while the cluster runs, so that at no moment a failover counts on too much.

Whoever decides about failovers counts on so many who have each write. So it hears of a weaker rule before
any leader does, and of a stronger one when all that was acknowledged is held by it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from chaos.cluster import ClusterError, WrongUsageError, all_of, eventually
from chaos.cluster.links import CONTROLLER
from chaos.targets.replication import settings_for
from chaos.targets.target import Asking
from services.messages import Configure, Status
from services.messages.single_leader import lead
from services.settings import CommonSettings
from services.settings.single_leader import RULE, SingleLeaderSettings
from services.single_leader.acknowledgement import enough_promises, may_be_alone

HELD_S = 3.0  # for followers to catch up that a write is to wait for from now on


class AnotherRule:
    """`leaders` asks who leads each partition, and raises `ClusterError` while somebody is being replaced."""

    def __init__(self, asking: Asking, leaders: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._asking, self._crew, self._leaders = asking, asking.crew, leaders

    async def order(self, rule: str) -> str:
        """Let leaders acknowledge by `rule`, which may name followers; returns who leads."""
        leaders = await self._leaders()
        before = (await self._asking.status(CONTROLLER)).settings
        assert isinstance(before, SingleLeaderSettings)
        try:
            wanted = replace(before, **settings_for(rule, self._crew.replicas, leaders[0]))
        except ValueError as error:
            raise WrongUsageError(str(error)) from error
        stronger = self._needed(wanted) < self._needed(before)
        there = await self._accounts(self._crew.replicas)
        all_must_hear = stronger or _nobody_may_keep(wanted, before, there)
        missing = [node for node in self._crew.replicas if node not in there]
        if all_must_hear and missing:
            raise ClusterError(
                f"every replica must hear of this rule, and {', '.join(missing)} did not answer; nothing has "
                "changed; `./lab status` shows who is alive"
            )
        if not stronger:
            await self._configure(CONTROLLER, wanted)
        await self._tell(wanted, tuple(there), all_must_hear)
        self._crew.settings = wanted
        leaders = await eventually(partial(self._must_hold, wanted), HELD_S)
        if stronger:
            await self._configure(CONTROLLER, wanted)
        return ", ".join(leaders)

    def _needed(self, settings: SingleLeaderSettings) -> int:
        """How many promises a failover needs under these settings."""
        return enough_promises(settings.replication, len(self._crew.replicas), len(settings.synchronous))

    async def _tell(self, wanted: SingleLeaderSettings, there: Sequence[str], all_must_hear: bool) -> None:
        """Give the replicas that are there these settings; who is away keeps the old ones.

        So does who was replaced and does not know it yet: by a weaker rule, it might acknowledge what its
        successor never hears of.
        """
        leaders = await self._leaders()  # a failover that began before may count on the rule of before
        accounts = await self._accounts(there)
        told = [node for node in there if all_must_hear or _follows(accounts.get(node)) or node in leaders]
        answers = await asyncio.gather(
            *(self._configure(node, wanted) for node in told), return_exceptions=True
        )
        for node, answer in zip(told, answers, strict=True):
            if isinstance(answer, BaseException) and (all_must_hear or node in leaders):
                raise answer

    async def _configure(self, node: str, settings: SingleLeaderSettings) -> None:
        await self._asking.ask(node, Configure(settings=settings), Status)

    async def _accounts(self, nodes: Sequence[str]) -> Mapping[str, Status]:
        """Those of the nodes that answer."""
        answers = await asyncio.gather(*map(self._asking.status, nodes), return_exceptions=True)
        pairs = zip(nodes, answers, strict=True)
        return {node: answer for node, answer in pairs if isinstance(answer, Status)}

    async def _must_hold(self, wanted: SingleLeaderSettings) -> Sequence[str]:
        """Who leads by now. Raises `ClusterError` unless they hold all that was acknowledged as they must.

        A new leader acknowledges what earlier ones have written together with its first entry.
        """
        leaders = await self._leaders()
        for account in await all_of(map(self._asking.status, leaders)):
            stands = lead(account)
            _must_be(account, wanted)
            if account.role != "leader" or not 0 < stands.acknowledged <= stands.held:
                missing = ", ".join(stands.waits_for) or "more followers"
                raise ClusterError(
                    f"{account.node} waits for {missing} from now on, without whom nothing is acknowledged; "
                    "what was acknowledged before is not there yet: see `./lab status`"
                )
        return leaders


def _nobody_may_keep(
    wanted: SingleLeaderSettings, before: SingleLeaderSettings, accounts: Mapping[str, Status]
) -> bool:
    """Would whoever keeps its rule acknowledge what nobody else has, where that is to be over?"""
    kept = (before, *(account.settings for account in accounts.values()))
    return not _alone(wanted) and any(map(_alone, kept))


def _must_be(account: Status, wanted: SingleLeaderSettings) -> None:
    """Raises `ClusterError` where somebody else has given another order meanwhile."""
    settings = account.settings
    assert isinstance(settings, SingleLeaderSettings)
    if settings != settings.with_those_of(wanted, *RULE):
        raise ClusterError(
            f"another order came in between, and {account.node} follows that; say this one again"
        )


def _alone(settings: CommonSettings | None) -> bool:
    return isinstance(settings, SingleLeaderSettings) and may_be_alone(settings.replication)


def _follows(account: Status | None) -> bool:
    return account is not None and account.role != "leader"
