"""The embedded proxy as a program: options, how it starts, and that it ends when it should."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contract.proxy.harness import (
    DEADLINE_S,
    Link,
    Server,
    embedded_server,
    ending,
    eventually,
    free_address,
    listening,
    refused,
    stopped_at_end,
    written,
)

PROGRAM = [sys.executable, "-m", "chaos.proxy"]
PROGRAMS = [
    pytest.param(PROGRAM, id="embedded"),
    pytest.param(["toxiproxy-server"], id="real", marks=pytest.mark.real_toxiproxy),
]
TOO_EARLY_FOR_GO = -signal.SIGTERM  # its server may answer before it listens to signals (v2.12, server.go)
PARENT = """
import subprocess, sys, time
command = [sys.executable, "-m", "chaos.proxy", "--port", "0", "--lease-stdin"]
child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(child.stdout.readline().split()[4], flush=True)
time.sleep(600)
"""


def failing(*options: str) -> str:
    """What a start that must fail says."""
    run = subprocess.run([*PROGRAM, *options], capture_output=True, text=True, timeout=DEADLINE_S)
    assert (run.returncode, run.stdout) == (2, "")
    return run.stderr


def test_the_ready_line_says_where_and_with_which_seed() -> None:
    command = [*PROGRAM, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        words = process.stdout.readline().split()
        process.kill()
    assert words[:4] == ["toxiproxy", "API", "listening", "on"]
    assert words[4].startswith("127.0.0.1:")
    assert int(words[5].removeprefix("seed=")) >= 0


def test_proxies_from_a_file(tmp_path: Path) -> None:
    config = tmp_path / "proxies.json"
    config.write_text(json.dumps([{"name": "a", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}]))
    with embedded_server("--config", str(config)) as server:
        assert server.call("GET", "/proxies/a").json["enabled"] is True


def test_a_bad_start_says_why(tmp_path: Path) -> None:
    config = tmp_path / "proxies.json"
    assert f"{config}: [Errno 2]" in failing("--config", str(config))
    config.write_text('[{"name":"a"}]')
    assert f"{config}: missing required field: upstream at proxy 1" in failing("--config", str(config))
    with listening() as taken:
        wanted = [{"name": "a", "listen": written(taken), "upstream": "127.0.0.1:1"}]
        config.write_text(json.dumps(wanted))
        assert "address already in use" in failing("--port", "0", "--config", str(config))
        assert "--port" in failing("--port", str(taken.getsockname()[1]))


def test_metrics_are_served_only_when_asked_for() -> None:
    with embedded_server() as server:
        assert server.call("GET", "/metrics").status == 404


def test_further_host_names_can_be_allowed() -> None:
    with embedded_server("--allow-host", "toxiproxy") as server:
        for host, status in (("toxiproxy:8474", 200), ("TOXIPROXY", 200), ("localhost", 200), ("x", 403)):
            assert server.call("GET", "/version", headers={"Host": host}).status == status
        for origin, status in (("http://toxiproxy", 200), ("null", 403), ("http://[", 403)):
            assert server.call("GET", "/version", headers={"Origin": origin}).status == status


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "style",
    [
        ("-host={host}", "-port={port}", "-seed=-5", "-proxy-metrics", "-runtime-metrics=true"),
        ("-host", "{host}", "-port", "{port}", "-seed", "7", "-proxy-metrics=1", "-runtime-metrics"),
        ("--host={host}", "--port={port}", "--config=", "--proxy-metrics=T", "--runtime-metrics=TRUE"),
    ],
    ids=["one-dash", "apart", "two-dashes"],
)
def test_options_as_the_go_server_takes_them(program: Sequence[str], style: Sequence[str]) -> None:
    host, _, port = free_address().rpartition(":")
    options = [option.format(host=host, port=port) for option in style]
    with stopped_at_end(
        subprocess.Popen([*program, *options], stdout=subprocess.DEVNULL, text=True)
    ) as process:
        eventually(lambda: not refused(f"{host}:{port}"))
        metrics = Server("embedded", (host, int(port)), process).call("GET", "/metrics").body
        assert b"# TYPE toxiproxy_proxy_sent_bytes_total" in metrics or program is not PROGRAM
        assert b"process_open_fds " in metrics
        process.terminate()
        assert process.wait(DEADLINE_S) in (0, TOO_EARLY_FOR_GO if program is not PROGRAM else 0)


@pytest.mark.parametrize("program", PROGRAMS)
def test_its_version(program: Sequence[str]) -> None:
    for option in ("-version", "--version"):
        run = subprocess.run([*program, option], capture_output=True, text=True, timeout=DEADLINE_S)
        assert run.returncode == 0
        assert run.stdout.startswith("toxiproxy-server version ")


def test_options_that_are_wrong_are_named() -> None:
    assert "'maybe' is neither true nor false" in failing("-proxy-metrics=maybe")
    assert "'99999' is no port" in failing("-port", "99999")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_with_connections_open(number: signal.Signals) -> None:
    with embedded_server() as server, ExitStack() as stack:
        link = Link(server, stack, "link")
        client, _ = link.open()
        server.process.send_signal(number)
        assert ending(client) in ("closed", "reset")
        assert server.process.wait(DEADLINE_S) == 0
        assert refused(link.listen)


def test_it_ends_with_its_lease() -> None:
    with embedded_server("--lease-stdin", stdin=subprocess.PIPE) as server:
        assert server.process.stdin
        server.process.stdin.close()
        assert server.process.wait(DEADLINE_S) == 0


def test_a_killed_parent_takes_it_along() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        address = parent.stdout.readline().strip()
        assert not refused(address)
        parent.kill()
    eventually(lambda: refused(address))
