"""A page's server ends quietly with its command, whatever pages are open."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse

from chaos.web.serving import listen, serve

DEADLINE_S = 20.0


def application(hangs: asyncio.Event) -> FastAPI:
    app = FastAPI()

    @app.get("/stream", response_class=EventSourceResponse)
    async def stream() -> AsyncIterator[dict[str, int]]:
        for number in range(10**9):
            yield {"number": number}
            await asyncio.sleep(0.01)

    @app.get("/order")
    async def order() -> None:
        hangs.set()
        await asyncio.Event().wait()

    return app


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_a_stream_and_an_order_end_in_good_order(caplog: pytest.LogCaptureFixture) -> None:
    hangs = asyncio.Event()
    with await listen(0) as listener, caplog.at_level(logging.INFO):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(serve(application(hangs), listener, for_ever()))
        async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient(base_url=url, timeout=DEADLINE_S) as client:
            order = asyncio.create_task(client.get("/order"))
            async with client.stream("GET", "/stream") as stream:
                parts = stream.aiter_lines()
                assert (await anext(parts)).startswith("data:")
                await hangs.wait()
                serving.cancel()
                async for _ in parts:
                    pass  # it ends, and is whole
            refused = await order
            with suppress(asyncio.CancelledError):
                await serving
    assert (refused.status_code, refused.json()["error"]) == (503, "shutting-down")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")] == []


async def test_what_the_work_beside_it_meets_ends_it() -> None:
    async def fails() -> None:
        raise ValueError("the work beside it")

    with await listen(0) as listener, pytest.raises(ValueError, match="the work beside it"):
        async with asyncio.timeout(DEADLINE_S):
            await serve(application(asyncio.Event()), listener, fails())
