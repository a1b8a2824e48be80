"""The wire between nodes: one stream, cut into frames that say how long they are.

The side that dials first names the protocol and shows the run's token, in one line:

    LAB/1 the-token [incarnation [stream]]

After that there are only frames, in both directions: the length of the body and the number of the request,
four bytes each (big-endian), and the body, a message as JSON. The answer to a request has the same number,
and answers come as they are ready, in any order. Number 0 is not a request: it is the last word of a node
that will not talk on this connection at all.

No request line of HTTP begins like that (a method has no slash), so both can share a port.
"""

from collections.abc import Iterator
from struct import Struct

PROTOCOL = b"LAB/1"
FAMILY = b"LAB/"  # of any version
HEADER = Struct(">II")
LARGEST_NUMBER = 2**32 - 1
LAST_WORD = 0
LONGEST_LINE = 1024


class FrameError(Exception):
    """These bytes are not a valid frame; `number` is that of the request, if there is one."""

    def __init__(self, text: str, number: int = LAST_WORD) -> None:
        super().__init__(text)
        self.number = number


class FrameTooLongError(FrameError):
    """A frame announces more bytes than the reader accepts."""


def first_line(token: str, incarnation: str = "", stream: str = "") -> bytes:
    """What the dialling side sends first: the token, its `incarnation`, and the stream's name."""
    words = (PROTOCOL.decode(), token, incarnation, stream)
    return " ".join(words).rstrip().encode() + b"\n"


def frame(number: int, body: bytes) -> bytes:
    """One frame."""
    return HEADER.pack(len(body), number) + body


class FrameReader:
    """Reassembles frames from pieces; holds at most one frame of `longest` bytes, and one piece."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self._has = 0  # bytes, in these pieces
        self._needs = HEADER.size  # bytes, to get any further

    @property
    def midway(self) -> bool:
        """Has a frame begun that is not whole?"""
        return self._has > 0

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The frames that `data` completes, as number and body.

        Raises `FrameTooLongError` if one announces too much, after the good ones before it.
        """
        self._has += len(data)
        if self._has < self._needs:
            self._pieces.append(data)
            return
        if self._pieces:
            data = b"".join((*self._pieces, data))
        at, end = 0, self._has
        self._needs = HEADER.size
        while end - at >= HEADER.size:
            length, number = HEADER.unpack_from(data, at)
            if length > self._longest:
                raise FrameTooLongError(f"a frame of {length} bytes; the most is {self._longest}", number)
            body = at + HEADER.size
            if end - body < length:
                self._needs = HEADER.size + length
                break
            at = body + length
            yield number, data[body:at]
        self._pieces = [data[at:]] if at < end else []
        self._has = end - at
