"""Which run of the cluster a node belongs to, so that nothing from an earlier one reaches it.

The lab empties a running cluster before each run, and epochs count from one again. A proxy that cannot reach
a node keeps what it has accepted for it, and delivers it once the node is back, perhaps in another run: an
order with an epoch from another history. So each fresh start has a name, its *incarnation*, like each life of
a process in systems that recover from crashes. The name comes with the order to begin, outlives the process
like the settings, and is in the first line of each stream between two nodes. A node refuses callers of
another incarnation. A caller without one, such as the lab or a node that has not been told yet, may ask any
node.
"""

from collections.abc import Awaitable, Callable

from services.errors import LabError
from services.messages import Configure, Message
from services.ports import Disk
from services.trouble import disk_may_refuse

FILE = "incarnation"


class Incarnation:
    """The incarnation of one node; `name` is empty while it has none."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.name = disk.read_text(FILE) or ""

    def must_be(self, other: str) -> None:
        """Raise `LabError` unless a caller of the incarnation `other` may ask this node for anything."""
        if other and self.name and other != self.name:
            text = f"this cluster has begun anew: it is now {self.name}, and the order is from {other}"
            raise LabError("another-incarnation", text)

    async def handle(self, message: Message, handle: Callable[[Message], Awaitable[Message]]) -> Message:
        """The reply of `handle`; if the message orders a new beginning, the next incarnation begins first."""
        if not isinstance(message, Configure) or message.incarnation is None:
            return await handle(message)
        before, self.name = self.name, message.incarnation
        try:
            reply = await handle(message)
        except BaseException:
            self.name = before
            raise
        self.name = message.incarnation  # again: another order may have been refused and reset it
        with disk_may_refuse():
            self._disk.write_text(FILE, self.name)  # only now, because the new beginning has emptied the disk
        return reply
