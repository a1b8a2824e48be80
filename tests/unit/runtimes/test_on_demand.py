"""A process that the first one who knocks starts: not before, not twice, and it ends with its starter."""

import asyncio
import os
from pathlib import Path

from chaos.cluster import ClusterError, eventually
from chaos.proxy import addresses
from chaos.runtimes.on_demand import on_demand

PATIENCE_S = 60
GREETER = """
import os, socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
listener.setblocking(True)
while True:
    with listener.accept()[0] as visitor:
        visitor.sendall(str(os.getpid()).encode())
"""


async def greeting(address: str) -> int:
    """The number of the process that answers."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        return int(await reader.read())
    finally:
        writer.close()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_first_who_knocks_starts_it_and_all_meet_the_same(tmp_path: Path) -> None:
    (tmp_path / "greeter.py").write_text(GREETER)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    async def scene() -> int:
        with await addresses.listen("127.0.0.1:0") as listener:
            listener.listen()
            listener.setblocking(False)
            address = addresses.bound(listener)
            async with asyncio.timeout(PATIENCE_S), on_demand(listener, ["greeter"], environment):
                assert len(set(await asyncio.gather(*(greeting(address) for _ in range(5))))) == 1
                first = await greeting(address)
                os.kill(first, 9)
                second = await _another(address, first)
                assert second != first
            return second

    assert not is_there(asyncio.run(scene()))


async def _another(address: str, first: int) -> int:
    """Whoever answers once the first one is gone."""

    async def attempt() -> int:
        try:
            found = await asyncio.wait_for(greeting(address), 5)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError("nobody answers") from error
        if found == first:
            raise ClusterError("it is still the first")
        return found

    return await eventually(attempt, PATIENCE_S)


def test_nobody_knocks_and_nothing_is_started(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    (tmp_path / "eager.py").write_text(f"open({str(mark)!r}, 'w').close()")

    async def scene() -> None:
        with await addresses.listen("127.0.0.1:0") as listener:
            listener.listen()
            listener.setblocking(False)
            async with on_demand(listener, ["eager"], {**os.environ, "PYTHONPATH": str(tmp_path)}):
                await asyncio.sleep(0.3)

    asyncio.run(scene())
    assert not mark.exists()
