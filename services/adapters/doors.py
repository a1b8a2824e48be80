"""How a process of the lab listens: its socket, and how uvicorn serves it."""

import socket
from functools import partial

import uvicorn

from services.adapters.first_line import FirstLine
from services.adapters.frame_service import FrameService
from services.adapters.guards import App
from services.adapters.patience import KEPT_OPEN_S

BACKLOG = 1024
GRACE_S = 3  # how long requests may go on after SIGTERM


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, announced on standard output; port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OSError(f"cannot listen on {host}:{port} ({error}); LAB_PORT=0 takes a free port") from error
    listener.setblocking(False)
    name = f"[{host}]" if family == socket.AF_INET6 else host
    print(f"listening on http://{name}:{listener.getsockname()[1]}", flush=True)
    return listener


def way_in(application: App, frames: FrameService) -> uvicorn.Config:
    """The configuration with which uvicorn serves `application` and, on the same port, `frames`."""
    return uvicorn.Config(
        application,
        http=partial(FirstLine, frames=frames),  # type: ignore[arg-type] # uvicorn only calls it
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=int(KEPT_OPEN_S),
        timeout_graceful_shutdown=GRACE_S,
    )
