"""How a gateway answers reads: from the first replica that can, in the policy's order."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from msgspec.structs import replace

from services.errors import LabError
from services.messages import Execute, Executed, Message, Read, ReadResult, Write, Written
from services.messages.single_leader import AskSession, SessionPosition
from services.ports import Env
from services.replies import of_type
from services.settings.single_leader import ReadPolicy, SingleLeaderSettings
from services.single_leader.door.nearness import Nearness
from services.single_leader.door.policies import POLICIES, Asked, Policy
from services.single_leader.door.routing import MODES
from services.single_leader.door.sessions import Sessions
from services.versions import tokens

M = TypeVar("M", bound=Message)


class Leadership(Protocol):
    """What reading needs to know about who leads."""

    @property
    def leader(self) -> str | None:
        """Who is believed to lead."""

    @property
    def replicas(self) -> tuple[str, ...]:
        """All that may be read from."""

    async def through_leader(self, message: Message, expected: type[M]) -> M:
        """The leader's reply. Raises `LabError`."""


class Reading:
    """A gateway's reads from these replicas, and what it must remember of writes for them."""

    def __init__(self, env: Env, settings: SingleLeaderSettings, leadership: Leadership) -> None:
        self._env, self._leadership = env, leadership
        self.configure(settings)

    def configure(self, settings: SingleLeaderSettings) -> None:
        """Use these settings from now on, and forget what was remembered."""
        self._cluster = settings
        self._near = settings.near(self._env.node)
        self._nearness = Nearness()
        self._sessions = Sessions(self._env.clock, self._ask_leader)

    def acknowledged(self, message: Write, written: Written) -> Written:
        """Remember that `message` was done; returns the client's answer, with its new token."""
        self._sessions.note(message, written)
        return replace(written, token=tokens.renewed(message.token, written.position))

    async def read(self, message: Read, policy: ReadPolicy | None, replica: str | None) -> ReadResult:
        """See `Gateway.read`."""
        rule = POLICIES[policy or (self._cluster.reads if replica is None else "any")]
        after = await self._sessions.must_find(rule, message)
        request = replace(message, mode=rule.mode, after=after)
        try:
            asked = self._asked(message.key, message.session)
            found = await self._ask(rule, request, ReadResult, asked, replica)
        except LabError as error:
            if error.kind.code == "position-lost" and rule.memory == "gateway":
                self._sessions.forget_positions()
            raise
        token = tokens.renewed(message.token, found.position) if rule.saw else message.token
        return replace(found, token=token, needs=found.needs if rule.needs else ())

    async def look(self, message: Execute, policy: ReadPolicy, replica: str | None) -> Executed:
        """A transaction that only reads. Raises `LabError` bad-request for policies that need a session."""
        if policy not in MODES:
            known = ", ".join(MODES)
            raise LabError("bad-request", f"a transaction is read under {known}, not under {policy}")
        rule = POLICIES[policy]
        return await self._ask(rule, replace(message, mode=rule.mode), Executed, self._asked(), replica)

    async def _ask(
        self, rule: Policy, request: Read | Execute, expected: type[M], asked: Asked, replica: str | None
    ) -> M:
        if replica is not None:
            self._must_exist(replica)
            return await self._first_answer(request, expected, (replica,), rule.elsewhere)
        choice = rule.choose(asked)
        if not choice:
            return await self._leadership.through_leader(replace(request, mode="leader"), expected)
        return await self._first_answer(request, expected, choice, rule.elsewhere)

    def _asked(self, key: str = "", session: str | None = None) -> Asked:
        return Asked(
            key=key,
            session=session,
            replicas=self._leadership.replicas,
            random=self._env.random,
            leader=self._leadership.leader,
            near=self._near,
            took_s=self._nearness.took_s,
            since_write_s=self._sessions.since_write_s(session),
            bound_s=self._cluster.read_bound_ms / 1000,
        )

    async def _first_answer(
        self,
        request: Read | Execute,
        expected: type[M],
        replicas: Iterable[str],
        elsewhere: frozenset[str],
    ) -> M:
        deadline = self._env.clock.monotonic() + self._cluster.patience_s
        failure: LabError | None = None
        for replica in replicas:
            left_s = deadline - self._env.clock.monotonic()
            if failure and (left_s <= 0 or failure.kind.code not in elsewhere):
                break
            timeout_s = min(left_s, self._cluster.call_timeout_ms / 1000)
            asked_at = self._env.clock.monotonic()
            try:
                reply = await self._env.network.call(replica, request, timeout_s)
            except LabError as error:
                failure = error
                self._nearness.note(replica, timeout_s)
            else:
                self._nearness.note(replica, self._env.clock.monotonic() - asked_at)
                return of_type(reply, expected)
        assert failure, "there is at least one replica"
        raise failure

    async def _ask_leader(self, question: AskSession) -> SessionPosition:
        return await self._leadership.through_leader(question, SessionPosition)

    def _must_exist(self, replica: str) -> None:
        if replica not in self._leadership.replicas:
            known = ", ".join(self._leadership.replicas)
            raise LabError("bad-request", f"there is no replica {replica!r}; known: {known}")
