"""The shell that holds a node's container, run as it stands in the Compose file; needs no engine."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest
import yaml  # type: ignore[import-untyped]

from chaos.cluster.shape import DEFAULT
from chaos.runtimes import container_node
from chaos.runtimes.compose_file import WAITS, compose_text
from services.adapters.power import SUPERVISOR

SERVICES = yaml.safe_load(compose_text())["services"]
KILL, START = (signal.Signals[name] for name in (container_node.KILL, container_node.START))
SHOT = 128 + signal.SIGKILL
DEADLINE_S, QUIET_S = 20.0, 0.2
ROUNDS = 20
STUBBORN = 'trap "" TERM; echo up; while :; do sleep 0.01; done'
OBEDIENT = 'trap "exit 3" TERM; echo up; while :; do sleep 0.01; done'


@contextmanager
def supervised(*node: str) -> Iterator[subprocess.Popen[str]]:
    """The first process of a container whose node would be this command."""
    entrypoint = [part.replace("$$", "$") for part in SERVICES["n1"]["entrypoint"]]
    process = subprocess.Popen([*entrypoint, *node], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGSTOP)  # so that it starts nobody behind our back
        for child in children(process):
            child.kill()
        process.kill()
        process.communicate()


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Its children that live, or wait for being buried."""
    return psutil.Process(process.pid).children() if process.poll() is None else []


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def has_ended(node: psutil.Process) -> bool:
    """Buried or not."""
    try:
        return not node.is_running() or node.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def is_idle(process: subprocess.Popen[str]) -> bool:
    """It has dealt with every signal, and waits."""
    lines = Path(f"/proc/{process.pid}/status").read_text("utf-8").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return int(fields["ShdPnd"], 16) == 0 and fields["State"].split()[0] == "S"


def node_of(process: subprocess.Popen[str]) -> psutil.Process:
    """The node, once it says that it is up."""
    assert process.stdout and process.stdout.readline() == "up\n"
    (node,) = children(process)
    return node


@pytest.mark.parametrize("node", DEFAULT.nodes)
def test_each_node_has_one(node: str) -> None:
    service = SERVICES[node]
    assert service["entrypoint"][3] == SUPERVISOR, "its power switch knows it by this word"
    assert service["entrypoint"] == SERVICES["n1"]["entrypoint"]
    assert service["stop_signal"] == "SIGTERM", "or the engine thaws whoever gets an order"


@pytest.mark.parametrize(
    ("node", "code"),
    [(["bash", "-c", "exit 7"], 7), (["bash", "-c", "kill -KILL $$"], SHOT), (["no-such"], 127)],
)
def test_it_ends_with_a_node_that_ends_without_an_order(node: list[str], code: int) -> None:
    with supervised(*node) as process:
        assert process.wait(DEADLINE_S) == code


def test_it_passes_on_the_order_to_stop_and_ends_as_the_node_did() -> None:
    with supervised("bash", "-c", OBEDIENT) as process:
        node_of(process)
        until(lambda: is_idle(process))  # before it knows the number of its node it can only kill it
        process.terminate()
        assert process.wait(DEADLINE_S) == 3


def test_who_is_killed_stays_dead_and_is_buried_until_the_order_to_start() -> None:
    with supervised("bash", "-c", STUBBORN) as process:
        for _ in range(ROUNDS):
            node_of(process)
            until(lambda: is_idle(process))  # it has heard the second order, which would be too early else
            process.send_signal(KILL)
            until(lambda: not children(process))
            process.send_signal(KILL)  # by another who wants it dead
            until(lambda: is_idle(process) and psutil.Process(process.pid).name() == WAITS)
            assert process.poll() is None and not children(process)
            for _ in range(2):
                process.send_signal(START)
        node_of(process)
        assert psutil.Process(process.pid).name() == "bash"


def test_an_order_to_start_means_nothing_to_who_runs_neither_then_nor_later() -> None:
    with supervised("bash", "-c", STUBBORN) as process:
        node = node_of(process)
        for _ in range(2):
            process.send_signal(START)
            until(lambda: is_idle(process))
        assert children(process) == [node]
        process.send_signal(KILL)
        until(lambda: is_idle(process) and not children(process))
        time.sleep(QUIET_S)
        assert not children(process)


def test_an_order_to_start_that_came_too_early_is_not_heard_after_the_order_to_kill() -> None:
    with supervised("bash", "-c", STUBBORN) as process:
        node_of(process)
        for number in (signal.SIGSTOP, START, KILL, signal.SIGCONT):  # it hears both at once
            process.send_signal(number)
        until(lambda: is_idle(process) and psutil.Process(process.pid).name() == WAITS)
        time.sleep(QUIET_S)
        assert not children(process)


def test_a_start_that_is_ordered_at_once_comes_after_the_death() -> None:
    with supervised("bash", "-c", STUBBORN) as process:
        for _ in range(ROUNDS):
            node = node_of(process)
            process.send_signal(KILL)
            until(partial(has_ended, node))
            process.send_signal(START)
        assert node_of(process) != node


def test_it_stops_at_once_while_its_node_is_dead() -> None:
    with supervised("bash", "-c", STUBBORN) as process:
        node_of(process)
        process.send_signal(KILL)
        until(lambda: not children(process))
        process.terminate()
        assert process.wait(DEADLINE_S) == SHOT
