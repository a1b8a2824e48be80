"""Histories of other tools, read and written: Jepsen's EDN, elle-cli's JSON, Porcupine's Jepsen logs.

All three say what Jepsen says: who invoked what, and how it ended. What differs from ours is put right
while reading: keys that stand in the value (`[key value]`), processes that go on after an `info`, names
of faults, times and indexes that are missing.
"""

from pathlib import Path

from chaos.history import History, HistoryError
from chaos.interchange import edn, elle, porcupine

READERS = {".edn": edn.read, ".json": elle.read, ".log": porcupine.read, ".txt": porcupine.read}
WRITERS = {".edn": edn.write, ".json": elle.write, ".log": porcupine.write, ".txt": porcupine.write}


def load(path: Path) -> History:
    """Read a history in the form that the name's ending tells; our own for any other.

    Of other tools' files a byte order mark at the beginning is passed over. Raises `HistoryError` that names
    the line where one can be named, and `OSError`.
    """
    reader = READERS.get(path.suffix)
    if reader is None:
        return History.load(path)
    try:
        return reader(path.read_text(encoding="utf-8-sig"))
    except RecursionError as error:
        raise HistoryError("a value in it is nested too deeply") from error


def dump(history: History, path: Path) -> None:
    """Write a history in the form that the name's ending tells. Raises `ValueError` and `OSError`."""
    if path.suffix not in WRITERS:
        raise ValueError(f"{path.name} must end in one of {', '.join(WRITERS)}")
    path.write_text(WRITERS[path.suffix](history), encoding="utf-8")
