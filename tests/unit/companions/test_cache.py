"""The cache's two engines answer alike; the Redis server ends with the cache."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from services.adapters import redis
from services.companions.cache import Dictionary, Memory


@pytest.fixture(params=["dictionary", "redis"])
async def memory(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Memory]:
    if request.param == "dictionary":
        yield Dictionary()
        return
    program = redis.server_program()
    if program is None:
        assert "CI" not in os.environ, "CI has to have a Redis server"
        pytest.skip("there is no redis-server on the PATH")
    monkeypatch.setattr(redis, "mkdtemp", lambda prefix: str(tmp_path))
    before = children()  # other tests' servers may run
    opened = await redis.Redis.start(program)
    assert children() > before
    yield opened
    await opened.close()
    assert not tmp_path.exists()  # noqa: ASYNC240
    assert children() <= before


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


async def test_what_was_put_is_got(memory: Memory) -> None:
    assert await memory.get("page of 1") is None
    for value in (b"one", b"", b"\r\n$5\r\n", bytes(range(256)) * 300):
        await memory.put("page of 1", value)
        assert await memory.get("page of 1") == value
    assert await memory.get("page of 2") is None


def test_a_server_is_looked_for_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "which", lambda name, path=None: None)
    assert redis.server_program() is None
