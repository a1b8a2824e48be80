"""Addresses as Toxiproxy writes them: `host:port`, an IPv6 host in brackets, errors in Go's words.

No address at all means a free port on 127.0.0.1 (the Go server would open it to the whole network);
a port without a host (`:8474`) asks for every interface, and gets it.
"""

import asyncio
import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from typing import Any

LOCAL_FREE_PORT = "127.0.0.1:0"
BACKLOG = 1024
PORTS = range(65536)


class AddressError(ValueError):
    """The text names the address and what is wrong with it."""


@dataclass(frozen=True)
class Resolved:
    """An address that a socket can be bound to."""

    family: socket.AddressFamily
    sockaddr: tuple[Any, ...]

    def __str__(self) -> str:
        return join(*self.sockaddr[:2])


def split(address: str) -> tuple[str, int]:
    """Host and port of `host:port`; raises `AddressError`."""
    host, colon, port = address.rpartition(":")
    if not colon or address.endswith("]"):
        raise AddressError(f"address {address}: missing port in address")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare and bare == host:
        raise AddressError(f"address {address}: too many colons in address")
    return bare, _port(port)


def _port(port: str) -> int:
    """A number, none (any port), or the name of a service, as in /etc/services."""
    if not port:
        return 0
    if not re.fullmatch("[+-]?[0-9]+", port):
        try:
            return socket.getservbyname(port.lower(), "tcp")
        except (OSError, ValueError) as error:
            raise AddressError(f"lookup tcp/{port}: unknown port") from error
    if int(port) not in PORTS:
        raise AddressError(f"address {port}: invalid port")
    return int(port)


def join(host: str, port: int) -> str:
    """`host:port`, with brackets where they are needed."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def resolve(address: str) -> Resolved:
    """Where to listen for `address`, IPv4 first when a name has several; raises `AddressError`."""
    host, port = split(address or LOCAL_FREE_PORT)
    if not host:
        host = "::" if socket.has_dualstack_ipv6() else "0.0.0.0"  # noqa: S104 - asked for by `:port`
    if _is_only_c_for_an_address(host):
        raise AddressError(f"lookup {host}: no such host")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise AddressError(f"lookup {host}: no such host") from error
    family, _, _, _, sockaddr = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return Resolved(family, sockaddr)


def _is_only_c_for_an_address(host: str) -> bool:
    """`127.1`, `0x7f.1` and the like: C's resolver takes them for 127.0.0.1, Go's for names."""
    try:
        socket.inet_aton(host)
    except (OSError, ValueError):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


async def listen(address: str) -> socket.socket:
    """A listening socket; raises `AddressError` when the address is bad, taken, not ours or not allowed."""
    try:
        resolved = await resolve(address)
    except AddressError as error:
        raise AddressError(f"listen tcp: {error}") from error
    listener = socket.socket(resolved.family, socket.SOCK_STREAM)
    try:
        _bind(listener, resolved)
    except OSError as error:
        listener.close()
        reason = os.strerror(error.errno or 0).lower()
        raise AddressError(f"listen tcp {resolved}: bind: {reason}") from error
    return listener


def _bind(listener: socket.socket, address: Resolved) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if address.family == socket.AF_INET6:
        every_interface = address.sockaddr[0] == "::"
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not every_interface)
    listener.bind(address.sockaddr)
    listener.listen(BACKLOG)


def bound(listener: socket.socket) -> str:
    """The address a socket is really bound to."""
    return join(*listener.getsockname()[:2])
