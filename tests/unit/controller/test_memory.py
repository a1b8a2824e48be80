"""What a controller finds on its disk when it starts again."""

from pathlib import Path

from services.adapters.disk import FileDisk
from services.controller.memory import FILE, Remembered, recall, remember
from services.controller.view import View


async def test_who_was_asked_to_lead_is_remembered_before_he_is_asked(tmp_path: Path) -> None:
    view = View(("n1", "n2", "n3"), started_at=0, epoch=3, leader="n1", asked=frozenset({"n3", "n2"}))
    await remember(FileDisk(tmp_path), 5, view)
    assert recall(FileDisk(tmp_path)) == Remembered(5, 3, "n1", ("n1", "n2", "n3"), ("n2", "n3"))


def test_at_first_there_is_nothing_and_what_an_older_version_wrote_is_understood(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    assert recall(disk) == Remembered()
    disk.write_text(FILE, '{"used":5,"epoch":3,"leader":"n1","members":[]}')
    assert recall(disk) == Remembered(5, 3, "n1")
