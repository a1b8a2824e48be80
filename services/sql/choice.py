"""Where the SQL tables are depends on the log in force: beside it, or in a file whose pages it holds."""

from collections.abc import Callable
from typing import TypeAlias

import apsw

from services.errors import LabError
from services.settings.single_leader import ReplicationLog
from services.sql.functions import Outside
from services.sql.tables import Tables
from services.sql.wal import WalTables
from services.sql.working import Files

AnyTables: TypeAlias = Tables | WalTables
PHYSICAL: ReplicationLog = "wal"


def open_tables(
    database: apsw.Connection,
    connect: Callable[[str], apsw.Connection],
    files: Files | None,
    outside: Outside,
    log: ReplicationLog,
) -> AnyTables:
    """The tables that belong to the log in `database`; only `wal` needs the `files` that `connect` opens."""
    if log != PHYSICAL:
        return Tables(database, outside, log)
    if files is None:
        raise ValueError("SQLite's own log is read from its file, so the storage needs the disk")
    return WalTables(database, connect, files, outside)


def must_stay_in_its_file(before: ReplicationLog, after: ReplicationLog) -> None:
    """Raise `LabError` bad-order if these logs keep the SQL tables in different files."""
    if before != after and PHYSICAL in (before, after):
        text = f"the log {after} cannot take over the data of the log {before}; begin again with empty data"
        raise LabError("bad-order", text)
