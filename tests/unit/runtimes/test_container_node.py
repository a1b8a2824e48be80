"""Whether the node in a container lives is what the kernel shows of the container's processes."""

from typing import Any, TypeAlias, cast

import pytest
from docker.errors import APIError
from docker.models.containers import Container

from chaos.cluster import ClusterError, ProcessState
from chaos.runtimes import container_node
from chaos.runtimes.compose_file import WAITS
from chaos.runtimes.container_node import node_state
from services.adapters.power import SUPERVISOR

FIRST = "41"
SHIM = "7"
TITLES = ["PID", "PPID", "STAT", "COMMAND"]
BUSY, WAITING = [FIRST, SHIM, "Ss", "bash"], [FIRST, SHIM, "Ss", WAITS]
HEALTH_CHECK = ["90", SHIM, "S", "bash"]
NODE, ZOMBIE = ["42", FIRST, "Sl", "python"], ["42", FIRST, "Z", "python"]
Look: TypeAlias = list[list[str]] | None


class Described:
    """A container as the engine would describe it, look after look; None means that it has just ended."""

    name = "n1"

    def __init__(self, *looks: Look, paused: bool = False, entrypoint: str = SUPERVISOR) -> None:
        self._looks = list(looks)
        state = {"Running": True, "Paused": paused, "Pid": int(FIRST)}
        self.attrs: dict[str, Any] = {"State": state, "Config": {"Entrypoint": [entrypoint]}}

    def top(self, ps_args: str) -> dict[str, Any]:
        if (look := self._looks[0]) is None:
            raise APIError("it is not running")
        return {"Titles": TITLES, "Processes": look}

    def reload(self) -> None:
        self.attrs["State"]["Running"] = self._looks.pop(0) is not None


@pytest.mark.parametrize(
    ("container", "state"),
    [
        (Described([BUSY, NODE]), "running"),
        (Described([BUSY, ["42", FIRST, "T", "python"], HEALTH_CHECK]), "running"),
        (Described([WAITING]), "dead"),
        (Described([WAITING, HEALTH_CHECK]), "dead"),
        (Described(None), "dead"),
        (Described([WAITING], paused=True), "paused"),
        (Described([BUSY], entrypoint="python"), "running"),
    ],
)
def test_the_node_is_what_its_processes_show(container: Described, state: ProcessState) -> None:
    assert node_state(cast(Container, container)) == state


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        ([[BUSY], [BUSY, HEALTH_CHECK], [BUSY, NODE]], "running"),
        ([[BUSY, ZOMBIE], [BUSY], [WAITING]], "dead"),
        ([[BUSY, ZOMBIE], None], "dead"),
    ],
)
def test_what_is_about_to_change_is_looked_at_again(looks: list[Look], state: ProcessState) -> None:
    """Whose container has just started is not dead, and who is not buried gets no order to start."""
    assert node_state(cast(Container, Described(*looks))) == state


def test_what_never_shows_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_node, "SETTLES_S", 0)
    with pytest.raises(ClusterError, match="n1 has had neither a node nor an end"):
        node_state(cast(Container, Described(*[[BUSY]] * 9)))
