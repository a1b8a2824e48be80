"""The contract suite of `tests/contract/cluster`, test by test, on the simulated runtime.

The tests are the very same functions; only what stands around them differs, because a simulated
cluster lives in virtual time.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from chaos.runtimes.registry import RUNTIMES
from chaos.shape import DEFAULT
from services.config import ClusterSettings
from tests.contract import cluster as suite

FIXTURES = {"cluster", "client"}

Test = Callable[..., Awaitable[None]]


def contract() -> Iterator[Any]:
    """Every test of the suite that needs nothing but a cluster and a client."""
    for module in pkgutil.iter_modules(suite.__path__):
        if module.name.startswith("test_"):
            functions = vars(importlib.import_module(f"{suite.__name__}.{module.name}"))
            for name, function in functions.items():
                if name.startswith("test_") and FIXTURES.issuperset(inspect.signature(function).parameters):
                    yield pytest.param(function, id=f"{module.name}-{name}")


@pytest.mark.parametrize("test", list(contract()))
def test_contract(test: Test) -> None:
    RUNTIMES["sim"].run(_on_a_cluster(test))


async def _on_a_cluster(test: Test) -> None:
    runtime = RUNTIMES["sim"]
    async with runtime.cluster(DEFAULT, seed=1) as cluster, runtime.client(cluster) as client:
        await cluster.configure(ClusterSettings())
        fixtures = {"cluster": cluster, "client": client}
        await test(**{name: fixtures[name] for name in inspect.signature(test).parameters})
