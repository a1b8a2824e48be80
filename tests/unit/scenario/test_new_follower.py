"""What the scenario `new-follower` takes for granted of the file that it copies as it moves."""

from pathlib import Path

from scenarios.new_follower import CHUNK_BYTES
from services.adapters.disk import FileDisk
from services.single_leader.storage import Storage

WRITTEN = {"registers", "elements", "needs", "log"}  # with every write to a register or a set


def test_the_first_chunk_holds_the_roots_of_what_clients_write_to(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    storage = Storage(disk.connect, files=disk)
    (page_bytes,) = next(storage.reader.execute("PRAGMA page_size"))
    roots = {name: root for root, name in storage.reader.execute("SELECT rootpage, name FROM sqlite_schema")}
    assert max(roots[name] for name in WRITTEN) * page_bytes <= CHUNK_BYTES
    storage.close()
    disk.close()
