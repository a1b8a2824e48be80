"""A command that is killed leaves the engine at work: what it makes late is cleared away, too."""

import time
from threading import Thread

import pytest
from docker import DockerClient

from chaos.runtimes.compose_project import PROJECT_LABEL, new_name
from chaos.runtimes.reaper import Reaper
from tests.containers import left_of

pytestmark = pytest.mark.compose
LATE_S = 1.0  # several looks at nothing


def test_what_appears_when_everybody_has_looked_goes_too(engine: DockerClient) -> None:
    reaper, name = Reaper(), new_name()
    reaper.compose(name)
    closing = Thread(target=reaper.close)
    closing.start()
    time.sleep(LATE_S)
    engine.networks.create(f"{name}_late", internal=True, labels={PROJECT_LABEL: name})
    assert closing.is_alive()
    closing.join()
    assert left_of(engine, name) == []
