"""One owner per key, chosen by a hash: the smallest family that can run, settle and be judged."""

from zlib import crc32

import msgspec
from services.messages.owner_per_key import OwnerStatus
from services.settings.owner_per_key import OwnerPerKeySettings

from services.errors import LabError
from services.family import NO_WISH, Answers, Family, Wish
from services.messages import (
    Contents,
    Execute,
    Executed,
    Message,
    Read,
    ReadContents,
    ReadResult,
    Status,
    Write,
    Written,
)
from services.node import remember_settings
from services.ports import Env
from services.replies import of_type
from services.settings import NodeSettings

FILE = "kept.json"


class Member:
    """A replica that keeps what it is told."""

    def __init__(self, env: Env, node: NodeSettings) -> None:
        assert isinstance(node.cluster, OwnerPerKeySettings)
        self._env, self._node, self._settings = env, node, node.cluster
        self._kept = msgspec.json.decode(env.disk.read_text(FILE) or "{}")

    def answers(self) -> Answers:
        return {Write: self._write, Read: self._read, ReadContents: self._contents}

    async def start(self) -> None:
        self.say("started")

    async def stop(self, reason: str) -> None:
        """Nothing is open."""

    async def configure(self, settings: OwnerPerKeySettings, reset: bool) -> None:
        if reset:
            await self._env.disk.wipe()
            self._kept = {}
        remember_settings(self._env, settings)
        self._settings = settings

    def status(self) -> Status:
        detail = OwnerStatus(keys=len(self._kept))
        return Status(node=self._env.node, role="owner", settings=self._settings, detail=detail)

    def say(self, event: str, **fields: object) -> None:
        self._env.log.event(event, role="owner", **fields)

    async def _write(self, message: Write) -> Written:
        self._kept[message.operation.key] = message.operation.value
        if self._settings.durable:
            text = msgspec.json.encode(self._kept).decode()
            await self._env.disk.run(lambda: self._env.disk.write_text(FILE, text))
        return Written(node=self._env.node, partition=self._number)

    async def _read(self, message: Read) -> ReadResult:
        value = self._kept.get(message.key)
        found = message.key in self._kept
        return ReadResult(node=self._env.node, found=found, value=value, partition=self._number)

    async def _contents(self, _: ReadContents) -> Contents:
        kept = dict(sorted(self._kept.items()))
        return Contents(node=self._env.node, registers=kept, sets={}, partition=self._number)

    @property
    def _number(self) -> int:
        return self._node.replicas.index(self._env.node) + 1


class Door:
    """A gateway that knows every key's owner."""

    def __init__(self, env: Env, node: NodeSettings) -> None:
        self._env, self._node, self._settings = env, node, node.cluster

    def answers(self) -> Answers:
        return {}

    async def start(self) -> None:
        self.say("started")

    async def stop(self, reason: str) -> None:
        """Nothing runs."""

    async def configure(self, settings: OwnerPerKeySettings, reset: bool) -> None:
        remember_settings(self._env, settings)
        self._settings = settings

    def status(self) -> Status:
        return Status(node=self._env.node, role="gateway", settings=self._settings)

    def say(self, event: str, **fields: object) -> None:
        self._env.log.event(event, role="gateway", **fields)

    @property
    def replicas(self) -> tuple[str, ...]:
        return self._node.replicas

    def must_know_the_way(self) -> None:
        """It always does."""

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        return of_type(await self._ask_owner(message.operation.key, message), Written)

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        return of_type(await self._ask_owner(message.key, message), ReadResult)

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        raise LabError("bad-request", "there are no tables here")

    async def _ask_owner(self, key: str, message: Write | Read) -> Message:
        owner = self.replicas[crc32(key.encode()) % len(self.replicas)]
        return await self._env.network.call(owner, message, self._settings.patience_s)


FAMILY = Family(member="services.owner_per_key.family:Member", door="services.owner_per_key.family:Door")
