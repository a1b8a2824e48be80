"""Whether the node in a container lives is what the kernel shows of the container's processes."""

from typing import Any, cast

import pytest
from docker.errors import APIError
from docker.models.containers import Container

from chaos.cluster import ProcessState
from chaos.runtimes.container_node import node_state
from services.adapters.power import SUPERVISOR

FIRST = "41"
SHIM = "7"
TITLES = ["PID", "PPID", "STAT"]
ITSELF = [FIRST, SHIM, "Ss"]
HEALTH_CHECK = ["90", SHIM, "S"]


class Described:
    """A container as the engine would describe it; `processes` is None when it has just ended."""

    def __init__(
        self, processes: list[list[str]] | None, paused: bool = False, entrypoint: str = SUPERVISOR
    ) -> None:
        self._processes = processes
        state = {"Running": True, "Paused": paused, "Pid": int(FIRST)}
        self.attrs: dict[str, Any] = {"State": state, "Config": {"Entrypoint": [entrypoint]}}

    def top(self, ps_args: str) -> dict[str, Any]:
        if self._processes is None:
            raise APIError("it is not running")
        return {"Titles": TITLES, "Processes": self._processes}

    def reload(self) -> None:
        self.attrs["State"]["Running"] = False


@pytest.mark.parametrize(
    ("container", "state"),
    [
        (Described([ITSELF, ["42", FIRST, "Sl"]]), "running"),
        (Described([ITSELF, ["42", FIRST, "T"], HEALTH_CHECK]), "running"),
        (Described([ITSELF]), "dead"),
        (Described([ITSELF, HEALTH_CHECK]), "dead"),
        (Described([ITSELF, ["42", FIRST, "Z"]]), "dead"),
        (Described(None), "dead"),
        (Described([ITSELF], paused=True), "paused"),
        (Described([ITSELF], entrypoint="python"), "running"),
    ],
)
def test_the_node_is_what_its_processes_show(container: Described, state: ProcessState) -> None:
    assert node_state(cast(Container, container)) == state
