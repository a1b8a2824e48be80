"""What tests may need of the machine: a container engine, the real Toxiproxy, a browser, time.

On somebody's machine a test that lacks it is skipped, with the reason in sight; in CI, where all of it
is to be there, the lack is a failure, or a green run would hide what it did not try.

And which of the two lanes of `./lab test` a test belongs to: see `chaos.commands.test`.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from chaos.cluster import ClusterError
from tests.repository import ROOT

IN_VIRTUAL_TIME = tuple(
    ROOT / "tests" / place
    for place in ("bugs", "simulation", "end_to_end/test_simulated_scenarios.py", "unit/checkers")
)
STARVED_S = 1800  # until a test in virtual time, which may have to wait for a processor, counts as stuck


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that take minutes, too")


def pytest_configure(config: pytest.Config) -> None:
    config.option.reportchars += "s"  # say in the summary what was skipped, and why


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put every test in its lane; real things come first, for the first lane is given first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(lane(item)))
        if lane(item) == "virtual" and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(STARVED_S))
    items.sort(key=lane)


def lane(item: pytest.Item) -> str:
    return "virtual" if any(map(item.path.is_relative_to, IN_VIRTUAL_TIME)) else "real"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("long") and not item.config.getoption("--long"):
        pytest.skip("takes minutes; run it with --long")
    for name, lack in LACKS.items():
        if item.get_closest_marker(name) and (reason := lack()):
            if os.environ.get("CI"):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


@cache
def engine_lack() -> str:
    """Why no containers can be run here; empty when they can."""
    from chaos.runtimes.docker_engine import compose_command, connect

    try:
        compose_command()
        connect().close()
    except ClusterError as error:
        return str(error)
    return ""


@cache
def toxiproxy_lack() -> str:
    """Why the real server cannot be run here; empty when it can."""
    return "" if shutil.which("toxiproxy-server") else "toxiproxy-server is not on the PATH"


def browser_lack() -> str:
    """Why no page can be looked at here; empty when one can."""
    from tests.browser import chromium

    return chromium.lack()


LACKS: Mapping[str, Callable[[], str]] = {
    "compose": engine_lack,
    "real_toxiproxy": toxiproxy_lack,
    "browser": browser_lack,
}
