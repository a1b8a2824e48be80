"""The workload's client, straight at the gateways of a cluster in memory."""

import asyncio
from typing import Any, Literal

import msgspec

from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError
from services.errors import LabError
from services.messages import Operation, Read, ReadResult, Write, Written
from tests.unit.runner.memory_cluster import MemoryCluster

PATIENCE_S = 3.0


class MemoryClient:
    """See `chaos.workloads.client.Client`."""

    def __init__(self, cluster: MemoryCluster) -> None:
        self._cluster = cluster

    async def put(self, gateway: str, key: str, value: Any, caller: Caller = ANYBODY) -> Answer:
        return await self._write(gateway, Operation("put", key, value))

    async def delete(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        return await self._write(gateway, Operation("delete", key))

    async def add(self, gateway: str, key: str, element: Any, caller: Caller = ANYBODY) -> Answer:
        return await self._write(gateway, Operation("add", key, element))

    async def get(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        return await self._read(gateway, key, "register")

    async def members(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        return await self._read(gateway, key, "set")

    async def _write(self, gateway: str, operation: Operation) -> Answer:
        reply = await self._send(gateway, Write(operation=operation))
        assert isinstance(reply, Written)
        return Answer(reply.node, reply.epoch, msgspec.to_builtins(reply.position))

    async def _read(self, gateway: str, key: str, kind: Literal["register", "set"]) -> Answer:
        reply = await self._send(gateway, Read(key=key, type=kind))
        assert isinstance(reply, ReadResult)
        return Answer(reply.node, reply.epoch, msgspec.to_builtins(reply.position), reply.value)

    async def _send(self, gateway: str, message: Write | Read) -> object:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._cluster.nodes[gateway].handle(message)
        except LabError as error:
            raise ClientError(error.definite, str(error)) from error
        except TimeoutError as error:
            raise ClientError(False, "timed-out") from error
