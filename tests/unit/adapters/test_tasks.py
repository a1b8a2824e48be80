"""Background tasks: started and ended in the order in which they were spawned."""

import asyncio

from services.adapters.tasks import OrderedTasks


def no_crash(name: str, error: BaseException) -> None:
    raise AssertionError(name) from error


async def forever(name: str, ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append(name)


async def test_everything_ends_in_spawn_order() -> None:
    tasks, ended = OrderedTasks(no_crash), list[str]()
    for name in ("c", "a", "b", "a"):
        tasks.spawn(name, forever(name, ended))
    await asyncio.sleep(0)
    await tasks.cancel("a")
    assert ended == ["a", "a"]
    await tasks.cancel_all()
    assert ended == ["a", "a", "c", "b"]


async def test_cancel_waits_until_the_work_is_gone() -> None:
    tasks, ended = OrderedTasks(no_crash), list[str]()

    async def slow_to_go() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ended.append("slow")

    tasks.spawn("slow", slow_to_go())
    await asyncio.sleep(0)
    await tasks.cancel("slow")
    assert ended == ["slow"]


async def test_who_cancels_himself_does_not_wait_for_himself() -> None:
    tasks, ended = OrderedTasks(no_crash), list[str]()

    async def stops_everything() -> None:
        await tasks.cancel_all()
        ended.append("still running")
        await forever("self", ended)

    tasks.spawn("other", forever("other", ended))
    tasks.spawn("self", stops_everything())
    async with asyncio.timeout(5):
        while "self" not in ended:
            await asyncio.sleep(0)
    assert ended == ["other", "still running", "self"]


async def test_a_crash_is_reported_with_its_name() -> None:
    crashes: list[tuple[str, str]] = []
    tasks = OrderedTasks(lambda name, error: crashes.append((name, str(error))))

    async def fails() -> None:
        raise ValueError("broken")

    tasks.spawn("watch", fails())
    async with asyncio.timeout(5):
        while not crashes:
            await asyncio.sleep(0)
    assert crashes == [("watch", "broken")]
    await tasks.cancel("watch")
