"""Ports for servers that are told theirs: nobody else gets one in the meantime.

A port that was free a moment ago may be anybody's when the server starts. So it stays bound, to a socket
that does not listen: to connect there is refused, no other process is given the port, and a server that sets
SO_REUSEADDR, as all of ours do, can still listen there (Linux, socket(7)).
"""

import socket
import sys

_HELD: list[socket.socket] = []  # until this process ends


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens, and which is given to nobody else."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    port = int(held.getsockname()[1])
    if sys.platform == "linux":
        _HELD.append(held)
    else:  # there a port that is bound can have no server
        held.close()
    return port
