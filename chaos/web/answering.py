"""What is being answered at the moment, so that it can be ended: the stream of an open page is endless."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from services.adapters.guards import App, Receive, Scope, Send, refuse
from services.errors import LabError


class Answering:
    """Passes requests on to `app` until it is told to `end`."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._under_way: set[asyncio.Future[None]] = set()

    def end(self) -> None:
        """Break off whatever is under way; a stream ends there as if there were no more to say."""
        for answer in self._under_way:
            answer.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        has_begun = is_over = False

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal has_begun, is_over
            has_begun = True
            is_over = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        answer = asyncio.ensure_future(self._app(scope, receive, noted))
        self._under_way.add(answer)
        try:
            await asyncio.wait({answer})
        finally:
            self._under_way.discard(answer)
            answer.cancel()  # if the connection was lost, or the server is in a hurry
        if not answer.cancelled():
            answer.result()
        elif not has_begun:
            await refuse(LabError("shutting-down", "the page was ended while it did that"), send)
        elif not is_over:
            await send({"type": "http.response.body", "body": b""})
