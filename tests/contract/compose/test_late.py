"""A command that is killed leaves the engine at work: what it makes late is cleared away, too."""

import time
from threading import Thread

import pytest
from docker import DockerClient

from chaos.runtimes.compose_project import PROJECT_LABEL, new_name
from chaos.runtimes.reaper import QUIET_S, Reaper, remove_compose
from tests.containers import left_of

pytestmark = pytest.mark.compose
LATE_S = 1.0  # several looks at nothing
TRIES = 3


def test_what_appears_when_everybody_has_looked_goes_too(engine: DockerClient) -> None:
    """On a machine that stands still it may come when the reaper rightly looks no more: that says nothing."""
    for _ in range(TRIES):
        name = new_name()
        appeared_after_s = appears_late(engine, name)
        if appeared_after_s < QUIET_S:
            assert left_of(engine, name) == []
            return
        remove_compose(name)
    pytest.fail(f"the engine makes no network within {QUIET_S:g} s")


def appears_late(engine: DockerClient, name: str) -> float:
    """A network, while a reaper clears away the project `name`; how many seconds after it began to."""
    reaper = Reaper()
    reaper.compose(name)
    closing = Thread(target=reaper.close)
    began = time.monotonic()
    closing.start()
    time.sleep(LATE_S)
    engine.networks.create(f"{name}_late", internal=True, labels={PROJECT_LABEL: name})
    taken_s = time.monotonic() - began
    assert closing.is_alive() or taken_s >= QUIET_S
    closing.join()
    return taken_s
