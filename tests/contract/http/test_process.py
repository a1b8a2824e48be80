"""A node as a process: what it prints, how little it takes, and the ways in which it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import logline
from tests.contract.http.nodes import Running, running, until
from tests.ports import free_port

MOST_RESIDENT_BYTES = 80 << 20
END_S = 30.0


@pytest.fixture(params=["replica", "controller", "gateway"])
def alone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """A node whose peers are all dead."""
    ports = {name: free_port() for name in ("node", "n1", "controller")}
    with running(request.param, "node", tmp_path, ports, LOG_FORMAT="json") as node:
        until(node.is_up)
        yield node


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environ}, capture_output=True, text=True, timeout=2 * END_S, check=False
    )


def test_the_first_line_says_where_and_the_others_are_events(alone: Running) -> None:
    alone.process.terminate()
    assert alone.process.wait(END_S) == 0
    first, *others = alone.output.read_text().splitlines()
    assert first == f"listening on {alone.url}"
    events = [logline.parse(line) for line in others]
    assert all(event is not None and event.node == "node" for event in events)
    assert events[0] is not None and events[0].event == "started"
    assert events[-1] is not None and events[-1].event == "stopped"


def test_an_idle_node_is_small(alone: Running) -> None:
    assert alone.resident_bytes() < MOST_RESIDENT_BYTES


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(alone: Running, number: signal.Signals) -> None:
    with alone.connect():
        alone.process.send_signal(number)
        assert alone.process.wait(END_S) == 0


def test_it_does_not_outlive_the_lab(alone: Running) -> None:
    assert alone.process.stdin
    alone.process.stdin.close()
    alone.process.stdin = None
    assert alone.process.wait(END_S) == 0


def test_no_order_ends_a_replica(tmp_path: Path) -> None:
    """What hangs could not obey; its power switch ends it (see `tests/unit/adapters/test_switch.py`)."""
    with running("replica", "n1", tmp_path, {"n1": free_port()}) as replica:
        until(replica.is_up)
        for order in ("shut-down", "power-off"):
            assert replica.message(order, by="controller", reason="a test").status == 404
        assert replica.is_up()


def test_a_dead_node_starts_again_on_its_disk(tmp_path: Path) -> None:
    ports = {"n1": free_port()}
    for epoch in (1, 2):
        with running("replica", "n1", tmp_path, ports) as replica:
            until(replica.is_up)
            assert replica.message("fence", epoch=epoch).status == 200
    with running("replica", "n1", tmp_path, ports) as replica:
        until(replica.is_up)
        assert json.loads(replica.message("ask-status").body)["detail"]["epoch"] == 2


def test_health_is_the_exit_code(alone: Running) -> None:
    until(lambda: run("health", LAB_PORT=str(alone.port)).returncode == 0)  # it waits for two seconds only
    assert run("health", LAB_PORT=str(free_port())).returncode == 1


def test_a_port_that_only_accepts_is_not_healthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as dumb:
        assert run("health", LAB_PORT=str(dumb.getsockname()[1])).returncode == 1


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("LAB_TOKEN", "", "LAB_TOKEN"),
        ("LAB_TOKEN", "two words", "the token in LAB_TOKEN must be one word"),
        ("LAB_NODE", "", "LAB_NODE"),
        ("LAB_PORT", "many", "port"),
        ("LAB_LINKS", "n1=x", "LAB_LINKS"),
        ("LAB_SETTINGS", '{"replication":"magic"}', "magic"),
        ("LOG_FORMAT", "xml", "xml"),
        ("LAB_HOST", "256.0.0.1", "256.0.0.1"),
    ],
)
def test_a_bad_environment_is_named(tmp_path: Path, name: str, value: str, named: str) -> None:
    good = {"LAB_NODE": "n1", "LAB_TOKEN": "t", "LAB_PORT": "0", "LAB_DATA_DIR": str(tmp_path)}
    ended = run("replica", **{**good, name: value})
    assert ended.returncode == 2
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_named(alone: Running, tmp_path: Path) -> None:
    ended = run("replica", LAB_NODE="n1", LAB_TOKEN="t", LAB_PORT=str(alone.port), LAB_DATA_DIR=str(tmp_path))
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1:{alone.port}" in ended.stderr


@pytest.mark.parametrize("arguments", [[], ["leader"], ["replica", "gateway"]])
def test_wrong_usage(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, "usage:" in ended.stderr) == (2, True)
