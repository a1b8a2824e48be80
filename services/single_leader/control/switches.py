"""How the controller reaches the power switches: one per replica, each over its own out-of-band link."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from services.errors import LabError
from services.messages import Message, PowerOff

Call: TypeAlias = Callable[[str, Message], Awaitable[Message]]
Say: TypeAlias = Callable[..., None]


class Switches:
    """Remembers what is wrong with each switch, so that it logs a problem once, and again when it changes."""

    def __init__(self, me: str, call: Call, say: Say) -> None:
        self._me, self._call, self._say = me, call, say
        self._wrong: dict[str, str] = {}  # by replica

    async def power_off(self, node: str, reason: str) -> bool:
        """True if the switch of `node` confirms that nothing there will act again; False means unknown."""
        try:
            await self._call(f"{node}-oob", PowerOff(by=self._me, reason=reason))
        except LabError as error:
            wrong = error.text if error.definite else "no answer"
            if self._wrong.get(node) != wrong:
                self._wrong[node] = wrong
                why = f"{wrong}; nobody is appointed until {node} has certainly stopped"
                self._say("power-switch-failed", target=node, reason=why)
            return False
        self._wrong.pop(node, None)
        return True

    def forget(self) -> None:
        """The failover is over; the next one logs problems anew."""
        self._wrong.clear()
