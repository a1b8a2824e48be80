"""Two copies whose files have nothing in common, fed by one log of rows."""

from pathlib import Path

from services.ports import OTHER_FORMAT
from tests.unit.log.copies import Copy


def test_rows_go_from_one_storage_format_into_another(tmp_path: Path) -> None:
    leader, follower = Copy(tmp_path, 1, "row"), Copy(tmp_path, 2, "row", form=OTHER_FORMAT)
    leader.perform("INSERT INTO accounts VALUES ('Ünal', 5)", "INSERT INTO visits VALUES ('😀', null)")
    leader.perform("UPDATE visits SET visitor = 'ann'", "UPDATE accounts SET name = 'Œdipe'")
    follower.follow(leader)
    assert follower.contents() == leader.contents()
    assert [copy.storage.reader.pragma("page_size") for copy in (leader, follower)] == [4096, 8192]
    assert [copy.storage.reader.pragma("encoding") for copy in (leader, follower)] == ["UTF-8", "UTF-16le"]
    for copy in (leader, follower):
        copy.close()
