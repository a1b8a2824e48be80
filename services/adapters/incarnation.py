"""Which beginning of the cluster a node belongs to, so that nothing of an earlier one reaches it.

The lab empties a running cluster before each run, and epochs count from one again. A proxy that cannot reach
a node keeps what it has taken for it, and hands it over once the node is back, be it in another run: an order
with an epoch of another history. So each beginning has a name, its *incarnation*, as each life of a process
has in systems that recover from crashes. It comes with the order to begin, outlives the process like the
settings, and stands in the first line of each stream between two nodes; a node does nothing for somebody of
another one. Whoever has none, such as the lab, or a node that nobody has told yet, is of every incarnation.
"""

from collections.abc import Awaitable, Callable

from services.errors import LabError
from services.messages import Configure, Message
from services.ports import Disk
from services.trouble import disk_may_refuse

FILE = "incarnation"


class Incarnation:
    """That of one node: `name` is empty as long as it has none."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.name = disk.read_text(FILE) or ""

    def must_be(self, other: str) -> None:
        """Raise `LabError` unless somebody of the incarnation `other` may ask this node for anything."""
        if other and self.name and other != self.name:
            text = f"this cluster began anew: it is {self.name} now, and the order is from {other}"
            raise LabError("another-incarnation", text)

    async def handle(self, message: Message, handle: Callable[[Message], Awaitable[Message]]) -> Message:
        """What `handle` replies; with an order to begin anew the next incarnation begins before that."""
        if not isinstance(message, Configure) or message.incarnation is None:
            return await handle(message)
        before, self.name = self.name, message.incarnation
        try:
            reply = await handle(message)
        except BaseException:
            self.name = before
            raise
        self.name = message.incarnation  # another order may have been refused meanwhile
        with disk_may_refuse():
            self._disk.write_text(FILE, self.name)  # only now: beginning has emptied the disk
        return reply
