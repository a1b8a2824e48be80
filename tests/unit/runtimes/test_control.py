"""A cluster in the hands of another process: every method over a real socket, onto a cluster on paper."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from chaos.cluster import Cluster, ClusterError, Event, LinkState, WrongUsageError
from chaos.runtimes import playground
from chaos.runtimes.control import controllable
from chaos.runtimes.event_file import EventFile
from chaos.runtimes.remote import RemoteCluster
from tests.unit.faults.paper import PaperCluster


class Remote:
    def __init__(self, near: RemoteCluster, far: PaperCluster, stopped: asyncio.Event, socket: Path) -> None:
        self.near, self.far, self.stopped, self.socket = near, far, stopped, socket


@pytest.fixture
async def remote(tmp_path: Path) -> AsyncIterator[Remote]:
    far, stopped, socket = PaperCluster(spares=("n4",)), asyncio.Event(), tmp_path / "s"
    async with controllable(far, socket, stopped.set):
        near = await RemoteCluster.connect(socket, EventFile(tmp_path / "events.jsonl"))
        yield Remote(near, far, stopped, socket)


async def test_it_looks_like_the_original(remote: Remote) -> None:
    near: Cluster = remote.near
    far = remote.far
    assert (near.name, near.runtime, near.abilities) == (far.name, far.runtime, far.abilities)
    assert (near.replicas, near.gateways, near.links) == (far.replicas, far.gateways, far.links)
    assert (near.devices, near.doors, near.with_data) == (far.devices, far.doors, far.with_data)
    assert (near.addresses, near.spares) == (far.addresses, far.spares)


async def test_links_and_their_states_travel(remote: Remote) -> None:
    link, state = remote.far.links[3], LinkState(cut_replies=True, latency_s=0.25)
    await remote.near.set_link(link, state)
    assert remote.far.link_states == {link: state}
    assert await remote.near.link_state(link) == state
    assert await remote.near.probe(link, 0.1) == "no-answer"


async def test_orders_to_processes_travel(remote: Remote) -> None:
    for order in (remote.near.kill, remote.near.restart, remote.near.pause, remote.near.resume):
        await order("n2")
    assert remote.far.done == ["n2 dead", "n2 running", "n2 paused", "n2 running"]
    assert await remote.near.process_state("n2") == "running"
    assert await remote.near.resolve("leader") == "n1"


@pytest.mark.parametrize("kind", [ClusterError, WrongUsageError])
async def test_errors_travel(
    remote: Remote, monkeypatch: pytest.MonkeyPatch, kind: type[ClusterError]
) -> None:
    async def refuse(node: str) -> None:
        raise kind(f"{node} will not")

    monkeypatch.setattr(remote.far, "kill", refuse)
    with pytest.raises(ClusterError, match="n2 will not") as refusal:
        await remote.near.kill("n2")
    assert refusal.type is kind


@pytest.mark.parametrize("method", ["close", "events", "__init__", "done"])
async def test_only_the_protocol_can_be_called(remote: Remote, method: str) -> None:
    reply = await ask(remote, {"method": method, "arguments": []})
    assert "no method" in reply["error"]


async def test_arguments_are_checked(remote: Remote) -> None:
    for arguments in ([7], [], ["n1", "n2"]):
        assert (await ask(remote, {"method": "kill", "arguments": arguments}))["error"]
    assert not remote.far.done


async def ask(remote: Remote, call: object) -> dict[str, str]:
    reader, writer = await asyncio.open_unix_connection(remote.socket)
    writer.write(msgspec.json.encode(call) + b"\n")
    reply: dict[str, str] = msgspec.json.decode(await reader.readline())
    writer.close()
    return reply


async def test_who_stops_it_waits_for_the_end_of_the_connection(remote: Remote) -> None:
    stopping = asyncio.create_task(remote.near.stop())
    await asyncio.wait_for(remote.stopped.wait(), 5)
    stopping.cancel()


async def test_a_call_that_its_end_overtakes_says_so(tmp_path: Path) -> None:
    """A socket that is closed before everything was read from it is reset."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        connecting = asyncio.create_task(RemoteCluster.connect(tmp_path / "s", EventFile(tmp_path / "e")))
        server, _ = await asyncio.to_thread(listener.accept)
        with server:
            await asyncio.to_thread(server.recv, 1)
        with pytest.raises(ClusterError, match="was shut down meanwhile"):
            await connecting


async def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="nothing is up"):
        await RemoteCluster.connect(tmp_path / "none", EventFile(tmp_path / "events.jsonl"))


def test_an_event_file_can_be_followed_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer, reader = EventFile(path), EventFile(path)
    assert reader.events() == []
    first = Event(1.5, "n1", "promoted", {"epoch": 2, "reason": "leader silent"})
    second = Event(2.0, "n2", "following", {})
    writer.append(first)
    assert reader.events() == [first]
    with path.open("ab") as file:
        file.write(b'{"time":9.0,"node"')  # a line that is not whole yet
    assert reader.events() == [first]
    with path.open("ab") as file:
        file.write(b':"n3","event":"x"}\n')
    writer.append(second)
    assert reader.events() == [first, Event(9.0, "n3", "x", {}), second]


def test_an_event_file_may_be_gone_when_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: True)  # it was there when somebody looked
    assert EventFile(tmp_path / "events.jsonl").events() == []


def test_a_home_that_is_left_in_the_middle_of_a_look_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_STATE", str(tmp_path))
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert playground.page_address() is None


async def test_a_path_that_no_socket_can_have_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"too long a name for a socket .* set TMPDIR to a shorter"):
        async with controllable(PaperCluster(), tmp_path / ("s" * 99), asyncio.Event().set):
            pass
