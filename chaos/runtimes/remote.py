"""The cluster that a supervisor holds, seen from another process. Every call goes to the supervisor."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, get_type_hints

import msgspec

from chaos.cluster import Cluster, ClusterError, Event, LinkState, ProcessState, WrongUsageError
from chaos.cluster.links import Link, all_links
from chaos.runtimes.control import LONGEST_LINE, Call, Description, Reply
from chaos.runtimes.event_file import EventFile
from services.settings import AnySettings

ANSWER_S = 10.0


class SilentError(ClusterError):
    """A supervisor is there, but does not answer."""


class RemoteCluster:
    """See `chaos.cluster.Cluster`. Closing it leaves the cluster as it is."""

    def __init__(self, socket: Path, events: EventFile, description: Description) -> None:
        self.name = description.name
        self.runtime = description.runtime
        self.abilities = frozenset(description.abilities)
        self.replicas: tuple[str, ...] = tuple(description.replicas)
        self.spares = description.spares  # who is in reserve has no links here
        self.companions = self.devices = description.devices
        self.with_data = description.with_data
        self.partitions = description.partitions
        self.addresses = description.addresses
        self.gateways, self.doors = description.gateways, description.doors
        self.links = all_links(self.replicas, tuple(self.gateways), devices=self.devices)
        self._socket = socket
        self._events = events

    @classmethod
    async def connect(cls, socket: Path, events: EventFile) -> "RemoteCluster":
        """Raises `ClusterError` when no supervisor is at `socket`, `SilentError` when it does not answer."""
        try:
            async with asyncio.timeout(ANSWER_S):
                described = await _call(socket, "describe")
        except TimeoutError as error:
            raise SilentError(
                f"the process that holds the cluster does not answer within {ANSWER_S:g} s; if it was "
                "stopped, `kill -CONT` lets it go on"
            ) from error
        return cls(socket, events, msgspec.convert(described, Description))

    async def configure(self, settings: AnySettings) -> None:
        """See `Cluster`."""
        await self._pass_on("configure", settings)

    async def enlist(self, node: str) -> None:
        """See `Cluster`."""
        await self._pass_on("enlist", node)

    async def resolve(self, target: str) -> str:
        """See `Cluster`."""
        node: str = await self._pass_on("resolve", target)
        return node

    async def set_link(self, link: Link, state: LinkState) -> None:
        """See `Cluster`."""
        await self._pass_on("set_link", link, state)

    async def link_state(self, link: Link) -> LinkState:
        """See `Cluster`."""
        state: LinkState = await self._pass_on("link_state", link)
        return state

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        """See `Cluster`."""
        outcome: Literal["passed", "no-answer", "refused"] = await self._pass_on("probe", link, timeout_s)
        return outcome

    async def kill(self, node: str) -> None:
        """See `Cluster`."""
        await self._pass_on("kill", node)

    async def pause(self, node: str) -> None:
        """See `Cluster`."""
        await self._pass_on("pause", node)

    async def resume(self, node: str) -> None:
        """See `Cluster`."""
        await self._pass_on("resume", node)

    async def restart(self, node: str) -> None:
        """See `Cluster`."""
        await self._pass_on("restart", node)

    async def process_state(self, node: str) -> ProcessState:
        """See `Cluster`."""
        state: ProcessState = await self._pass_on("process_state", node)
        return state

    async def revive_proxy(self) -> ProcessState:
        """See `Cluster`."""
        state: ProcessState = await self._pass_on("revive_proxy")
        return state

    async def order(self, name: str, node: str | None = None) -> str:
        """See `Cluster`."""
        concerned: str = await self._pass_on("order", name, node)
        return concerned

    async def must_have_settled(self) -> None:
        """See `Cluster`."""
        await self._pass_on("must_have_settled")

    async def status(self, node: str) -> Mapping[str, Any]:
        """See `Cluster`."""
        status: Mapping[str, Any] = await self._pass_on("status", node)
        return status

    async def contents(self, node: str) -> Mapping[str, Any]:
        """See `Cluster`."""
        contents: Mapping[str, Any] = await self._pass_on("contents", node)
        return contents

    def events(self) -> Sequence[Event]:
        """See `Cluster`; read from the file that the supervisor writes."""
        return sorted(self._events.events(), key=lambda event: event.time_s)

    def tell(self, text: str) -> None:
        """See `Cluster`. Nobody watches: `./lab logs` shows what was noted."""

    async def close(self) -> None:
        """Nothing is held here."""

    async def stop(self) -> None:
        """End the supervisor and its cluster; returns when nothing is left of them."""
        reader, writer = await _send(self._socket, "stop")
        try:
            await reader.read()
        finally:
            writer.close()

    async def _pass_on(self, method: str, *arguments: object) -> Any:
        result = await _call(self._socket, method, *arguments)
        return msgspec.convert(result, get_type_hints(getattr(Cluster, method))["return"])


async def _call(socket: Path, method: str, *arguments: object) -> Any:
    reader, writer = await _send(socket, method, *arguments)
    line = b""
    try:
        with suppress(ConnectionError):
            line = await reader.readline()
    finally:
        writer.close()
    if not line:
        raise ClusterError("the cluster was shut down meanwhile; `./lab up` starts another")
    reply = msgspec.json.decode(line, type=Reply)
    if reply.error is not None:
        raise (WrongUsageError if reply.wrong_usage else ClusterError)(reply.error)
    return reply.result


async def _send(
    socket: Path, method: str, *arguments: object
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        reader, writer = await asyncio.open_unix_connection(socket, limit=LONGEST_LINE)
    except OSError as error:
        raise ClusterError("nothing is up; start one with `./lab up`") from error
    writer.write(msgspec.json.encode(Call(method, list(arguments))) + b"\n")
    return reader, writer
