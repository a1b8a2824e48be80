"""A power switch behind frames and HTTP: two messages, under the same guards as every node.

It is needed when everything else is in trouble, so it is small: it has no framework, keeps nothing on a disk,
and does nothing until an order comes.
"""

import asyncio
import signal
import socket
import sys

from uvicorn.server import ServerState

from services.adapters.clock import SystemClock
from services.adapters.doors import listen, way_in
from services.adapters.first_line import FirstLine
from services.adapters.frame_service import FrameService
from services.adapters.guards import App, Guards, Receive, Scope, Send, refuse
from services.adapters.log import LineLog
from services.errors import LabError
from services.messages import SERVED_BY_SWITCHES, decode, encode, kind_of
from services.ports import Log
from services.power import PowerSwitch
from services.settings import NodeSettings

ROUTES = {f"/messages/{kind_of(kind)}": kind for kind in SERVED_BY_SWITCHES}
HEALTH = "/health"
JSON = [(b"content-type", b"application/json")]


def run(settings: NodeSettings) -> int:
    """Be the switch of the node that `settings` name, until a signal; returns the exit code."""
    from services.adapters.power import NamespacePower

    log = LineLog(settings.node, SystemClock(), settings.log_format, sys.stdout)
    try:
        switch = PowerSwitch(settings.node, log, NamespacePower())
        listener = listen(settings.host, settings.port)
    except OSError as error:
        print(f"the power switch of {settings.node}: {error}", file=sys.stderr)
        return 2
    asyncio.run(_until_told(switch, settings, log, listener))
    return 0


async def _until_told(switch: PowerSwitch, settings: NodeSettings, log: Log, listener: socket.socket) -> None:
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    server = await serve(switch, settings, log, listener)
    await over.wait()
    server.close()


async def serve(
    switch: PowerSwitch, settings: NodeSettings, log: Log, listener: socket.socket
) -> asyncio.Server:
    """Answer at `listener` until the returned server is closed."""
    frames = FrameService("switch", SERVED_BY_SWITCHES, switch.handle, settings.token, log, _uncounted)
    config = way_in(Guards(switch_application(switch), settings, log), frames)
    config.load()
    state = ServerState()

    def protocol() -> FirstLine:
        return FirstLine(config, state, {}, frames=frames)

    return await asyncio.get_running_loop().create_server(protocol, sock=listener)


def _uncounted(route: str, http_status: int) -> None:
    """A switch has no metrics."""


def switch_application(switch: PowerSwitch) -> App:
    """The application behind the guards."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _answer(switch, scope, receive)
        except LabError as error:
            await refuse(error, send)
            return
        head = [*JSON, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    return application


async def _answer(switch: PowerSwitch, scope: Scope, receive: Receive) -> bytes:
    path = scope["path"]
    expected = "GET" if path == HEALTH else "POST"
    if path != HEALTH and path not in ROUTES:
        raise LabError("no-such-route", f"a power switch knows {', '.join((HEALTH, *ROUTES))}, not {path}")
    if scope["method"] != expected:
        raise LabError("wrong-method", f"{path} takes {expected}, not {scope['method']}")
    if path == HEALTH:
        return b'{"status":"ok","role":"switch"}'
    message = decode(await _whole(receive))
    if type(message) is not ROUTES[path]:
        raise LabError("bad-request", f"a {kind_of(type(message))} was sent to {path}")
    return encode(await switch.handle(message))


async def _whole(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        event = await receive()
        parts.append(event.get("body", b""))
        more = event.get("more_body", False)
    return b"".join(parts)
