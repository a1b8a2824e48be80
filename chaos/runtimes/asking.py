"""The workloads' client, over anything that carries messages to a gateway.

A request is the same message wherever it goes, and one place turns replies into answers; so what the lab
finds in a simulation it also finds over HTTP. A way to the gateways (`Way`) only carries messages.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from chaos.workloads.client import ANYBODY, Answer, Caller
from chaos.workloads.sql import ReadPolicy, Statement
from chaos.workloads.steps import Step
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


class Way(Protocol):
    """How a message gets to a gateway, at most once, and its reply back."""

    async def ask(self, gateway: str, message: Message) -> Message:
        """The reply. Raises `ClientError` and nothing else, within its own timeout."""

    async def close(self) -> None:
        """Release what it holds."""


class AskingClient:
    """See `chaos.workloads.client.Client`."""

    def __init__(self, way: Way) -> None:
        self._way = way

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
        done = await self._ask(gateway, request, Executed)
        return Answer(done.node, done.epoch, done.position.sequence, msgspec.to_builtins(done.results))

    async def transact(self, gateway: str, steps: Sequence[Step]) -> Answer:
        """See `chaos.workloads.steps.TakesSteps`."""
        asked = msgspec.convert(steps, tuple[multi_leader.Step, ...])
        done = await self._ask(gateway, multi_leader.Transact(steps=asked), multi_leader.Transacted)
        return Answer(done.node, 0, done.vector, done.results)

    async def recall(self, gateway: str, key: str) -> Answer:
        """See `chaos.workloads.users.UsesCache`."""
        return _remembered(await self._ask(gateway, CacheGet(key=key), Cached))

    async def remember(self, gateway: str, key: str, value: Any) -> Answer:
        """See `chaos.workloads.users.UsesCache`."""
        return _remembered(await self._ask(gateway, CachePut(key=key, value=value), Cached))

    async def ask(self, gateway: str, message: Message) -> Message:
        """What the gateway answers to any message that clients may send. Raises `ClientError`."""
        return await self._way.ask(gateway, message)

    async def close(self) -> None:
        """Close every connection."""
        await self._way.close()

    async def _write(self, gateway: str, operation: Operation, caller: Caller) -> Answer:
        write = Write(operation=operation, context=caller.context or "", **_words(caller))
        return _signed(await self._ask(gateway, write, Written))

    async def _read(self, gateway: str, read: Read) -> Answer:
        result = await self._ask(gateway, read, ReadResult)
        absent: list[Any] | None = None if read.type == "register" else []
        value = result.value if result.found else absent
        siblings, behind_ms = result.siblings or None, result.behind_ms
        return replace(_signed(result), value=value, siblings=siblings, behind_ms=behind_ms)

    async def _ask(self, gateway: str, message: Message, expected: type[M]) -> M:
        reply = await self._way.ask(gateway, message)
        assert isinstance(reply, expected), reply
        return reply


def _remembered(cached: Cached) -> Answer:
    return Answer(cached.node, 0, None, cached.value if cached.found else None)


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
    """Who asks."""
    return {"session": caller.session, "token": tokens.token_in(caller.token) if caller.token else ()}
