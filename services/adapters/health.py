"""Is the node on this machine alive? For container health checks; small, so that it starts at once."""

import os
import socket

TIMEOUT_S = 2.0


def is_healthy(port: int) -> bool:
    """True if `GET /health` on 127.0.0.1 answers 200."""
    request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
            connection.sendall(request.encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def check() -> int:
    """The exit code: 0 alive, 1 not. Reads `LAB_PORT` as the node does."""
    return 0 if is_healthy(int(os.environ.get("LAB_PORT", "7000"))) else 1
