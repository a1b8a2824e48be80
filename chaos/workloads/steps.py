"""Clients whose transactions are steps on registers, as several leaders take them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from msgspec.structs import replace

from chaos.workloads.client import Answer, Client

Step: TypeAlias = Mapping[str, Any]  # {"f": "append", "key": "x", "value": 1}


@runtime_checkable
class TakesSteps(Protocol):
    """What a client can do besides. Raises `ClientError`, nothing else."""

    async def transact(self, gateway: str, steps: Sequence[Step]) -> Answer:
        """All steps at once; its value is a list of what each of them returned."""


def _nothing(_: Sequence[Any]) -> Any:
    return None


@dataclass(frozen=True)
class StepsRequest:
    """See `chaos.workloads.client.Custom`. `shown` makes of the results what the history keeps."""

    steps: tuple[Step, ...]
    value: Any
    f: str = "txn"
    key: str | None = None
    session: None = None
    shown: Callable[[Sequence[Any]], Any] = _nothing

    async def perform(self, client: Client, gateway: str) -> Answer:
        """Send it once. Raises `ClientError`."""
        assert isinstance(client, TakesSteps), f"{type(client).__name__} takes no steps"
        answer = await client.transact(gateway, self.steps)
        return replace(answer, value=self.shown(answer.value))
