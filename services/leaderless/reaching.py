"""How a coordinator reaches the homes of a key: each of them itself, or, if it may be sloppy, somebody in
its place.

The nodes behind the homes on the ring stand in for homes that do not answer (a sloppy quorum: DeCandia et
al. 2007). They count like the home whose place they take, and no node stands in for two. Whoever was silent
lately is not tried first, or each request would wait for it.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from services.errors import LabError
from services.leaderless.asking import Send
from services.leaderless.silent import Silent
from services.messages import Message
from services.messages.leaderless import FetchVersions, StoreVersions


class Places:
    """The places of one request. `send` is the way to a node, `taken_by` who stands in for which home."""

    def __init__(self, send: Send, silent: Silent, stand_ins: Sequence[str]) -> None:
        self._send, self._silent = send, silent
        self._free = list(stand_ins)
        self.taken_by: dict[str, str] = {}

    async def send(self, home: str, message: Message, timeout_s: float) -> Message:
        """The reply of `home`, or of who stands in for it. Raises `LabError`, indefinite if either's was."""
        if self._free and self._silent.is_silent(home):
            return await self._by_another(home, message, timeout_s)
        try:
            return await self._send(home, message, timeout_s)
        except LabError as error:
            self._silent.heard(home, error)
            if not self._free:
                raise
            try:
                return await self._by_another(home, message, timeout_s)
            except LabError as others:
                raise (others if error.definite else error) from others

    async def _by_another(self, home: str, message: Message, timeout_s: float) -> Message:
        other = min(self._free, key=self._silent.is_silent)
        self._free.remove(other)
        try:
            reply = await self._send(other, _for_another(message, home), timeout_s)
        except LabError as error:
            self._silent.heard(other, error)
            raise
        self.taken_by[home] = other
        return reply


def _for_another(message: Message, home: str) -> Message:
    """The same, as it is asked of whoever stands in for `home`."""
    if isinstance(message, StoreVersions):
        return replace(message, keep_for=home)
    assert isinstance(message, FetchVersions), message
    return replace(message, kept_for=home)
