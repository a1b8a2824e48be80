"""The workloads' client without HTTP: it says to a gateway what a REST request would come to."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from chaos.runtimes.simulated.network import SimulatedNetwork
from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError
from chaos.workloads.sql import ReadPolicy, Statement
from chaos.workloads.steps import Step
from services.errors import LabError
from services.messages import (
    Cached,
    CacheGet,
    CachePut,
    Execute,
    Executed,
    Message,
    Operation,
    Read,
    ReadResult,
    Write,
    Written,
    multi_leader,
    records,
)
from services.single_leader.door.routing import MODES
from services.versions import tokens

M = TypeVar("M", Written, ReadResult, Executed, Cached, multi_leader.Transacted)


class SimulatedClient:
    """See `chaos.workloads.client.Client`."""

    def __init__(self, network: SimulatedNetwork, timeout_s: float) -> None:
        self._network = network
        self._timeout_s = timeout_s

    async def put(self, gateway: str, key: str, value: Any, caller: Caller = ANYBODY) -> Answer:
        """Write register `key`."""
        return await self._write(gateway, Operation("put", key, value), caller)

    async def get(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Read register `key`; the value of an absent one is None."""
        return await self._read(gateway, Read(key=key, type="register", **_words(caller)))

    async def delete(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Remove register `key`."""
        return await self._write(gateway, Operation("delete", key), caller)

    async def add(self, gateway: str, key: str, element: Any, caller: Caller = ANYBODY) -> Answer:
        """Add `element` to the set `key`."""
        return await self._write(gateway, Operation("add", key, element), caller)

    async def members(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Read the set `key` as a list; that of an absent one is empty."""
        return await self._read(gateway, Read(key=key, type="set", **_words(caller)))

    async def sql(
        self, gateway: str, statements: Sequence[Statement], policy: ReadPolicy | None = None
    ) -> Answer:
        """See `chaos.workloads.sql.SpeaksSql`."""
        asked = tuple(records.Statement(*statement) for statement in statements)
        request = Execute(statements=asked, mode=MODES[policy] if policy else None)
        done = await self._send(gateway, request, Executed)
        return Answer(done.node, done.epoch, done.position.sequence, msgspec.to_builtins(done.results))

    async def transact(self, gateway: str, steps: Sequence[Step]) -> Answer:
        """See `chaos.workloads.steps.TakesSteps`."""
        asked = msgspec.convert(steps, tuple[multi_leader.Step, ...])
        done = await self._send(gateway, multi_leader.Transact(steps=asked), multi_leader.Transacted)
        return Answer(done.node, 0, done.vector, done.results)

    async def recall(self, gateway: str, key: str) -> Answer:
        """See `chaos.workloads.users.UsesCache`."""
        return self._cached(await self._send(gateway, CacheGet(key=key), Cached))

    async def remember(self, gateway: str, key: str, value: Any) -> Answer:
        """See `chaos.workloads.users.UsesCache`."""
        return self._cached(await self._send(gateway, CachePut(key=key, value=value), Cached))

    @staticmethod
    def _cached(cached: Cached) -> Answer:
        return Answer(cached.node, 0, None, cached.value if cached.found else None)

    async def close(self) -> None:
        """Nothing is held here."""

    async def _write(self, gateway: str, operation: Operation, caller: Caller) -> Answer:
        write = Write(operation=operation, context=caller.context or "", **_words(caller))
        return _signed(await self._send(gateway, write, Written))

    async def _read(self, gateway: str, read: Read) -> Answer:
        result = await self._send(gateway, read, ReadResult)
        absent: list[Any] | None = None if read.type == "register" else []
        value = result.value if result.found else absent
        siblings, behind_ms = result.siblings or None, result.behind_ms
        return replace(_signed(result), value=value, siblings=siblings, behind_ms=behind_ms)

    async def ask(self, gateway: str, message: Message) -> Message:
        """What the gateway answers to any message. Raises `LabError`."""
        return await self._network.call(gateway, message, self._timeout_s)

    async def _send(self, gateway: str, message: Message, expected: type[M]) -> M:
        try:
            reply = await self._network.call(gateway, message, self._timeout_s)
        except LabError as error:
            raise ClientError(error.definite, str(error)) from error
        assert isinstance(reply, expected), reply
        return reply


def _signed(reply: Written | ReadResult) -> Answer:
    """Who answered, and what the client is to send back."""
    return Answer(
        node=reply.node,
        epoch=reply.epoch,
        position=reply.vector or reply.position.sequence,
        token=tokens.text_of(reply.token),
        partition=reply.partition,
        context=reply.context or None,
        by=reply.by,
    )


def _words(caller: Caller) -> dict[str, Any]:
    """What a gateway reads in the headers."""
    return {"session": caller.session, "token": tokens.token_in(caller.token) if caller.token else ()}
