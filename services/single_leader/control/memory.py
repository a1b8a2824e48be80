"""What a controller has on its disk before it acts on it, so that not even a crash in the middle of a
failover makes two leaders of one epoch.
"""

import msgspec

from services.ports import Disk, over_for_everybody_s
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.view import View

FILE = "controller.json"


class Remembered(msgspec.Struct, frozen=True):
    """The newest epoch that was used, who leads in which, and who else may."""

    used: int = 0
    epoch: int = 0
    leader: str | None = None
    members: tuple[str, ...] = ()  # the replicas, once one has joined
    asked: tuple[str, ...] = ()  # to lead since then, in epochs up to `used`


def recall(disk: Disk) -> Remembered:
    """What is on the disk; nothing yet at a first start."""
    text = disk.read_text(FILE)
    return msgspec.json.decode(text, type=Remembered) if text else Remembered()


def first_view(
    memory: Remembered, replicas: tuple[str, ...], now: float, settings: SingleLeaderSettings
) -> View:
    """The view after a start: what is remembered, and as if a lease had just been granted."""
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
    """Return when it is on the disk."""
    memory = Remembered(used, view.epoch, view.leader, view.replicas, tuple(sorted(view.asked)))
    text = msgspec.json.encode(memory).decode()
    await disk.run(lambda: disk.write_text(FILE, text))
