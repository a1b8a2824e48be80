"""Clients that speak SQL: what a request says, and how its results stand in the history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec.structs import replace

from chaos.workloads.client import Answer, Client

Statement: TypeAlias = tuple[str, tuple[Any, ...]]
ReadPolicy: TypeAlias = Literal["leader", "any", "bounded"]


@runtime_checkable
class SpeaksSql(Protocol):
    """What a client can do besides that has SQL. Raises `ClientError`, nothing else."""

    async def sql(
        self, gateway: str, statements: Sequence[Statement], policy: ReadPolicy | None = None
    ) -> Answer:
        """One transaction; its value is a list of `{"columns","rows","changes","key"}`.

        With a `policy` it only reads, and followers may answer.
        """


@dataclass(frozen=True)
class SqlRequest:
    """See `chaos.workloads.client.Custom`. `shown` makes of the results what the history keeps."""

    statements: tuple[Statement, ...]
    value: Any
    f: str = "txn"
    key: str | None = None
    session: None = None
    policy: ReadPolicy | None = None
    shown: Callable[[Sequence[Any]], Any] | None = None

    async def perform(self, client: Client, gateway: str) -> Answer:
        """Send it once. Raises `ClientError`."""
        assert isinstance(client, SpeaksSql), f"{type(client).__name__} speaks no SQL"
        answer = await client.sql(gateway, self.statements, self.policy)
        return replace(answer, value=self.shown(answer.value) if self.shown else None)
