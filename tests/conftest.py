"""What tests may need of the machine: a container engine, the real Toxiproxy, a browser, time.

On somebody's machine a test that lacks it is skipped, with the reason in sight; in CI, where all of it
is to be there, the lack is a failure, or a green run would hide what it did not try.
"""

import os
import shutil
import signal
from collections.abc import Callable, Mapping
from functools import cache

import pytest
from hypothesis import settings
from xdist.remote import Producer

from chaos.cluster import ClusterError
from tests import lanes
from tests.shards import Shard

# An example that takes long on a busy machine is no counterexample.
settings.register_profile("without-a-deadline", parent=settings.default, deadline=None)
settings.load_profile("without-a-deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that take minutes, too")
    parser.addoption("--shard", metavar="K/N", help="only the K-th of N parts, all of which are everything")


def pytest_configure(config: pytest.Config) -> None:
    if asked := config.getoption("--shard"):
        try:
            Shard.parse(asked)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from error
    config.option.reportchars += "s"  # say in the summary what was skipped, and why
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:  # as under nohup; tests send them to what they start
            signal.signal(number, signal.SIG_DFL)
    if os.environ.get("PYTEST_XDIST_WORKER") in lanes.GIVE_WAY:
        lanes.stand_back()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    lanes.be_patient(items)
    if asked := config.getoption("--shard"):
        mine = Shard.parse(asked).of(items, unit)
        config.hook.pytest_deselected(items=list(set(items).difference(mine)))
        items[:] = mine


def unit(item: pytest.Item) -> str:
    """What of the tests goes into one shard as a whole."""
    return item.nodeid if item.get_closest_marker("long") else item.nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> lanes.Lanes:
    return lanes.Lanes(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.config.pluginmanager.has_plugin("dsession"):
        made = [report for reports in terminalreporter.stats.values() for report in reports]
        reports = [report for report in made if isinstance(report, pytest.TestReport)]
        terminalreporter.section("lanes, and their longest tests")
        for line in lanes.times(reports):
            terminalreporter.line(line)


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


def shells_lack() -> str:
    """Which shell is not here; empty when all are."""
    missing = [shell for shell in ("zsh", "fish") if not shutil.which(shell)]
    return f"{' and '.join(missing)} not installed" if missing else ""


LACKS: Mapping[str, Callable[[], str]] = {
    "compose": engine_lack,
    "real_toxiproxy": toxiproxy_lack,
    "browser": browser_lack,
    "shells": shells_lack,
}
