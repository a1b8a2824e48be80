"""How a coordinator reaches the homes of a key: the homes themselves, or, with a sloppy quorum, stand-ins.

The next nodes on the ring stand in for homes that do not answer (a sloppy quorum: DeCandia et al. 2007). A
stand-in counts like the home it replaces, and no node stands in for two homes. A node that was silent lately
is not tried first, or each request would wait for it. But if all possible stand-ins were silent as well, the
home itself is asked: it may only have been slow for a moment, and the others may be cut off.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from services.errors import LabError
from services.leaderless.asking import Send
from services.leaderless.silent import Silent
from services.messages import Message
from services.messages.leaderless import FetchVersions, StoreVersions


class Places:
    """The places of one request. `send` reaches a node; `taken_by` maps each home to its stand-in."""

    def __init__(self, send: Send, silent: Silent, stand_ins: Sequence[str]) -> None:
        self._send, self._silent = send, silent
        self._free = list(stand_ins)
        self.taken_by: dict[str, str] = {}

    async def send(self, home: str, message: Message, timeout_s: float) -> Message:
        """The reply of `home` or its stand-in. Raises `LabError`, indefinite if either failure was."""
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
        """The reply of `node`; remembers whether it answered."""
        try:
            reply = await self._send(node, message, timeout_s)
        except LabError as error:
            self._silent.heard(node, error)
            raise
        self._silent.answered(node)
        return reply


def _for_another(message: Message, home: str) -> Message:
    """The same message, as it is sent to a stand-in for `home`."""
    if isinstance(message, StoreVersions):
        return replace(message, keep_for=home)
    assert isinstance(message, FetchVersions), message
    return replace(message, kept_for=home)
