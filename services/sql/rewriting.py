"""An upgrade to another storage format: all that a replica holds is copied, row by row, into new files.

It happens when a replica starts and finds its data in a format other than the one it is now to use. A rename
puts the copy in place of the old file, so a crash half-way leaves the old one. Rows, log and positions stay
the same. The pages of the SQL tables are made anew from their rows, so log entries with pages of the old
format can no longer be taken back, and are of no further use.

(`pg_upgrade`, or dump and restore, which every engine has for this.)
"""

from contextlib import closing

import apsw

from services.ports import Disk, StorageFormat
from services.sql import functions
from services.sql.pages import Pages, new_image, open_image
from services.sql.wal import form_of

DRAFT = "rewritten.db"
OBJECTS = """
SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
ORDER BY type <> 'table', rowid
"""


def rewrite(disk: Disk, name: str, form: StorageFormat) -> bool:
    """Put the database `name` into `form`; False if it has that format already, or is not there. Blocks."""
    if not disk.size(name):
        return False
    with closing(disk.connect(name, form)) as old:
        if all(old.pragma(pragma) == value for pragma, value in form.pragmas.items()):
            return False
        for left_behind in (DRAFT, f"{DRAFT}-wal"):
            disk.remove(left_behind)
        with closing(disk.connect(DRAFT, form)) as new:
            _copy(old, new)
            _rewrite_pages(new)
    disk.remove(f"{name}-wal")  # gone already, unless another process has the old file open
    disk.rename(DRAFT, name)
    return True


def _copy(old: apsw.Connection, new: apsw.Connection) -> None:
    """Copy everything in `old` into the empty `new`; triggers come last, so that they do not fire."""
    with old, new:
        for kind, name, sql in old.execute(OBJECTS):
            new.execute(sql)
            if kind == "table":
                _copy_rows(old, new, name)
        if old.table_exists("main", "sqlite_sequence"):
            new.execute("DELETE FROM sqlite_sequence")
            _copy_rows(old, new, "sqlite_sequence")


def _copy_rows(old: apsw.Connection, new: apsw.Connection, table: str) -> None:
    """Copy the rows, with their rowids if they have any: the log may know a row without a key by it."""
    (without_rowid,) = next(old.execute("SELECT wr FROM pragma_table_list(?)", (table,)))
    columns = [name for (name,) in old.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    if not without_rowid:
        columns = ["rowid", *columns]
    listed, marks = ", ".join(columns), ", ".join("?" * len(columns))
    rows = old.execute(f"SELECT {listed} FROM {table}")
    new.executemany(f"INSERT INTO {table}({listed}) VALUES ({marks})", rows)


def _rewrite_pages(database: apsw.Connection) -> None:
    """If pages are stored, replace them with pages of the same tables in this database's format."""
    form = form_of(database)
    pages = Pages(database, form.page_size)
    if not pages.size:
        return
    with closing(open_image(pages.image())) as old:

        def fill(new: apsw.Connection) -> None:
            functions.register(new, functions.NOWHERE)
            _copy(old, new)

        with database:
            pages.replace_all(new_image(form, fill))
