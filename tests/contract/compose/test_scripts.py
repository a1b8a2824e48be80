"""The few lines of shell in a Compose file, run as they stand there; needs no engine."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from chaos.runtimes.compose_file import EXPLAINED, compose_text
from chaos.runtimes.compose_layout import NODE_PORT, numbered
from services.logline import parse
from tests.contract.http.conftest import NODES, started
from tests.contract.http.nodes import Running, running, until
from tests.ports import free_port

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(compose_text())["services"]
ODD = "no \"harm\" \\ is done by $(touch x) `touch x` %s 'x'"


def script(command: list[str], *changes: tuple[str, str]) -> list[str]:
    """The command as Compose passes it on, with these `changes`."""
    *shell, text = [part.replace("$$", "$") for part in command]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [*shell, text]


def set_up(directory: Path, container: str) -> str:
    """Run `setup` as this container, under a mean umask; returns the token."""
    service = SERVICES["setup"]
    links = service["environment"]["LINKS"].replace("$$", "$")
    subprocess.run(
        script(service["command"], ("/setup", str(directory))),
        env=os.environ | {"LINKS": links, "HOSTNAME": container},
        check=True,
        umask=0o077,
    )
    return (directory / "token").read_text()


def test_each_cluster_has_a_token_of_its_own_which_it_keeps(tmp_path: Path) -> None:
    first = set_up(tmp_path, "one")
    assert len(first) == 32 and int(first, 16)
    assert set_up(tmp_path, "one") == first, "the same cluster was stopped and starts again"
    second = set_up(tmp_path, "another")
    assert second != first and len(second) == 32
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


def test_toxiproxy_can_read_its_links_whatever_the_umask(tmp_path: Path) -> None:
    set_up(tmp_path, "one")
    file = tmp_path / "toxiproxy.json"
    assert file.stat().st_mode & 0o444 == 0o444
    assert [each["name"] for each in json.loads(file.read_text())] == [link.name for link in numbered()]


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_story_prints_what_it_is_told_and_nothing_else(style: str, tmp_path: Path) -> None:
    told = subprocess.run(
        script(SERVICES["story"]["command"]),
        input=f"{ODD}\nkilled: n1\n",
        env=os.environ | {"LOG_FORMAT": style},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = told.stdout.splitlines()
    if style == "json":
        parsed = [parse(line) for line in lines]
        texts = [line.fields["text"] for line in parsed if line and line.node == "story" and line.time_s]
    else:
        texts = [line.partition(" >>> ")[2] for line in lines]
    assert texts == [EXPLAINED, ODD, "killed: n1"]
    assert [*tmp_path.iterdir()] == [] and told.stderr == ""


def is_healthy(node: Running, name: str) -> bool:
    """What the health check of `name` says of `node`."""
    service = SERVICES[name]
    told = {key: service["environment"][key] for key in ("LAB_NODE", "LAB_GATEWAYS")}
    look = script(service["healthcheck"]["test"][1:], (f"/{NODE_PORT}", f"/{node.port}"))
    return subprocess.run(look, env=os.environ | told, capture_output=True).returncode == 0


def test_a_gateway_that_knows_no_leader_is_alive_but_not_healthy(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("node", "n1", "controller")}
    with running("gateway", "node", tmp_path, ports) as gateway:
        until(gateway.is_up)
        assert is_healthy(gateway, "n1"), "as a replica it would be"
        assert not is_healthy(gateway, "g1")
        assert gateway.request("GET", "/ready").error == "no-leader"


def test_every_node_of_a_cluster_that_takes_writes_is_healthy(tmp_path: Path) -> None:
    with started(tmp_path, NODES) as nodes:
        assert {name: is_healthy(node, name) for name, node in nodes.items()} == dict.fromkeys(nodes, True)
        assert nodes["g1"].request("GET", "/ready").status == 200
