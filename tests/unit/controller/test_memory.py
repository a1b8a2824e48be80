"""What a controller finds on its disk when it starts again."""

from pathlib import Path

from services.adapters.disk import FileDisk
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.controller import Controller
from services.single_leader.control.memory import FILE, Remembered, recall, remember
from services.single_leader.control.view import View
from tests.world.virtually import simulated
from tests.world.world import World


async def test_who_was_asked_to_lead_is_remembered_before_he_is_asked(tmp_path: Path) -> None:
    view = View(("n1", "n2", "n3"), started_at=0, epoch=3, leader="n1", asked=frozenset({"n3", "n2"}))
    await remember(FileDisk(tmp_path), 5, view)
    assert recall(FileDisk(tmp_path)) == Remembered(5, 3, "n1", ("n1", "n2", "n3"), ("n2", "n3"))


def test_at_first_there_is_nothing_and_what_an_older_version_wrote_is_understood(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    assert recall(disk) == Remembered()
    disk.write_text(FILE, '{"used":5,"epoch":3,"leader":"n1","members":[]}')
    assert recall(disk) == Remembered(5, 3, "n1")


@simulated
async def test_an_epoch_that_was_used_is_not_forgotten_when_a_newcomer_is_counted_meanwhile() -> None:
    """Else a controller that crashes now would use it again, for another leader."""
    async with World(SingleLeaderSettings()) as world:
        controller = world.node("controller").part
        assert isinstance(controller, Controller)
        used, members = controller._used, ("n1", "n2", "n3", "n4")
        ways = (controller._remember(used + 1), controller._remember(used, replicas=members))
        for way in [world.begin("controller", way) for way in ways]:
            await world.done(way)
        memory = recall(controller._env.disk)
    assert (memory.used, memory.members) == (used + 1, members)
