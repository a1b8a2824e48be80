"""Every part that keeps something begins anew in the same way, whatever the disk says."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.errors import LabError
from services.leaderless.home import Home
from services.multi_leader.member import Member
from services.settings.leaderless import LeaderlessSettings
from services.working import Working

ONE, TWO = LeaderlessSettings(w=1), LeaderlessSettings(w=3)


class Disk:
    full = False

    async def wipe(self) -> None:
        """Nothing is on it."""

    def write_text(self, name: str, text: str) -> str:
        if self.full:
            raise OSError(28, "No space left on device")
        return name


class Part(Working[LeaderlessSettings]):
    role = "part"

    def __init__(self, disk: Disk) -> None:
        self.did: list[str] = []
        env: Any = SimpleNamespace(
            disk=disk, log=SimpleNamespace(event=lambda name, **_: self.did.append(name))
        )
        node: Any = SimpleNamespace(cluster=ONE)
        super().__init__(env, node, LeaderlessSettings)

    async def stop(self, reason: str) -> None:
        self.did.append("stop")

    def _open(self) -> None:
        self.did.append(f"open w={self._settings.w}")

    def _begin(self) -> None:
        self.did.append("begin")


@pytest.mark.parametrize("part", [Home, Member])
def test_both_families_do_it_in_one_place(part: Any) -> None:
    assert issubclass(part, Working) and part.configure is Working.configure


async def test_an_order_ends_the_work_and_begins_it_again() -> None:
    part = Part(Disk())
    await part.start()
    await part.configure(TWO, reset=True)
    assert part.did == ["open w=1", "started", "begin", "stop", "open w=3", "begin", "emptied"]


async def test_what_a_full_disk_refuses_changes_nothing() -> None:
    disk = Disk()
    part = Part(disk)
    await part.start()
    disk.full = True
    with pytest.raises(LabError, match="storage-failed"):
        await part.configure(TWO, reset=False)
    assert part.did == ["open w=1", "started", "begin"]
    with pytest.raises(LabError, match="storage-failed"):
        await part.configure(TWO, reset=True)
    assert part.did[3:] == ["stop", "open w=1", "begin"], "it works on with the settings that it had"
