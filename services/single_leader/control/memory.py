"""What a controller writes to its disk before it acts, so that even a crash during a failover cannot lead to
two leaders in one epoch.
"""

import msgspec

from services.ports import Disk, over_for_everybody_s
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.view import View

FILE = "controller.json"


class Remembered(msgspec.Struct, frozen=True):
    """The newest epoch that was used, who leads in which epoch, and who else may lead."""

    used: int = 0
    epoch: int = 0
    leader: str | None = None
    members: tuple[str, ...] = ()  # all replicas, once a newcomer has joined
    asked: tuple[str, ...] = ()  # to lead since then, in epochs up to `used`


def recall(disk: Disk) -> Remembered:
    """What is on the disk; the defaults at the first start."""
    text = disk.read_text(FILE)
    return msgspec.json.decode(text, type=Remembered) if text else Remembered()


def first_view(
    memory: Remembered, replicas: tuple[str, ...], now: float, settings: SingleLeaderSettings
) -> View:
    """The view after a start: what was remembered, and as if a lease had just been granted."""
    return View(
        replicas=memory.members or replicas,
        started_at=now,
        appointed_at=now,
        epoch=memory.epoch,
        leader=memory.leader,
        asked=frozenset(memory.asked),
        lease_until=now + over_for_everybody_s(settings.lease_ms / 1000),
    )


async def remember(disk: Disk, used: int, view: View) -> None:
    """Write it, and return when it is on the disk."""
    memory = Remembered(used, view.epoch, view.leader, view.replicas, tuple(sorted(view.asked)))
    text = msgspec.json.encode(memory).decode()
    await disk.run(lambda: disk.write_text(FILE, text))
