"""A transaction over the log and over what it adds up to, wherever the SQL tables are."""

from types import TracebackType

import apsw

from services.replica.log.choice import AnyTables


class Atomic:
    """`with` this, all that the block changes is durable after it, and then it is there to be read."""

    def __init__(self, writer: apsw.Connection, tables: AnyTables) -> None:
        self._writer, self._tables = writer, tables

    def __enter__(self) -> None:
        self._writer.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._writer.__exit__(kind, error, trace)
        except BaseException:
            self._tables.forget()
            raise
        if kind is None:
            self._tables.settle()
        else:
            self._tables.forget()
