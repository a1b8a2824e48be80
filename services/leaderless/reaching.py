"""How a coordinator reaches the homes of a key: each of them itself, or, if it may be sloppy, somebody in
its place.

The nodes behind the homes on the ring stand in for homes that do not answer (a sloppy quorum: DeCandia et
al. 2007). They count like the home whose place they take, and no node stands in for two. Whoever was silent
lately is not tried first, or each request would wait for it; but where all who could stand in were silent as
well, the home itself is asked. It may have been slow for a moment, and the others may be the ones cut off.
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
        if self._silent.is_silent(home) and not all(map(self._silent.is_silent, self._free)):
            return await self._by_another(home, message, timeout_s)
        try:
            return await self._asked(home, message, timeout_s)
        except LabError as error:
            if not self._free:
                raise
            try:
                return await self._by_another(home, message, timeout_s)
            except LabError as others:
                raise (others if error.definite else error) from others

    async def _by_another(self, home: str, message: Message, timeout_s: float) -> Message:
        other = min(self._free, key=self._silent.is_silent)
        self._free.remove(other)
        reply = await self._asked(other, _for_another(message, home), timeout_s)
        self.taken_by[home] = other
        return reply

    async def _asked(self, node: str, message: Message, timeout_s: float) -> Message:
        """What `node` replies; whether it does is remembered."""
        try:
            reply = await self._send(node, message, timeout_s)
        except LabError as error:
            self._silent.heard(node, error)
            raise
        self._silent.answered(node)
        return reply


def _for_another(message: Message, home: str) -> Message:
    """The same, as it is asked of whoever stands in for `home`."""
    if isinstance(message, StoreVersions):
        return replace(message, keep_for=home)
    assert isinstance(message, FetchVersions), message
    return replace(message, kept_for=home)
