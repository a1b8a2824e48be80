"""The contract suite of `tests/contract/cluster`, test by test, on the simulated runtime.

The tests are the very same functions; only what stands around them differs, because a simulated
cluster lives in virtual time.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from chaos.cluster.shape import DEFAULT
from chaos.runtimes.registry import RUNTIMES
from services.settings.single_leader import SingleLeaderSettings
from tests.contract import cluster as suite

FIXTURES = {"cluster", "client"}

Test = Callable[..., Awaitable[None]]


def contract() -> Iterator[Any]:
    """Every test of the suite that needs nothing but a cluster and a client, with each of its parameters."""
    for module in pkgutil.iter_modules(suite.__path__):
        if module.name.startswith("test_"):
            functions = vars(importlib.import_module(f"{suite.__name__}.{module.name}"))
            for name, function in functions.items():
                if name.startswith("test_"):
                    yield from cases(f"{module.name}-{name}", function)


def cases(name: str, function: Test) -> Iterator[Any]:
    """The test as often as its mark says; not at all when it needs another fixture or names its runtimes."""
    arguments: list[dict[str, Any]] = [{}]
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names = [mark.args[0]] if isinstance(mark.args[0], str) else mark.args[0]
            values = [[value] if len(names) == 1 else value for value in mark.args[1]]
            arguments = [dict(zip(names, each, strict=True)) for each in values]
    possible = (FIXTURES | arguments[0].keys()) - {"runtime"}
    if possible.issuperset(inspect.signature(function).parameters):
        for given in arguments:
            told = "-".join(map(str, given.values()))
            yield pytest.param(partial(function, **given), id=f"{name}-{told}" if told else name)


@pytest.mark.parametrize("test", list(contract()))
def test_contract(test: Test) -> None:
    RUNTIMES["sim"].run(_on_a_cluster(test))


async def _on_a_cluster(test: Test) -> None:
    runtime = RUNTIMES["sim"]
    async with runtime.cluster(DEFAULT, seed=1) as cluster, runtime.client(cluster) as client:
        await cluster.configure(SingleLeaderSettings())
        fixtures = {"cluster": cluster, "client": client}
        wanted = inspect.signature(test).parameters
        await test(**{name: fixture for name, fixture in fixtures.items() if name in wanted})
