"""The demonstration tables: with a key, with a key drawn from a counter, without a key, and with a trigger.

They are `STRICT`, so that a column holds what it says. Apart from the key no column is unique, so that the
rows of one transaction may be put in place in any order.
"""

from dataclasses import dataclass

import apsw

DDL = """
CREATE TABLE IF NOT EXISTS accounts(name TEXT NOT NULL PRIMARY KEY, balance INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS items(
    name TEXT NOT NULL PRIMARY KEY, price INTEGER NOT NULL, holder TEXT) STRICT;
CREATE TABLE IF NOT EXISTS orders(
    id INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT NOT NULL CHECK (item <> ''),
    placed TEXT, lot INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS users(
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, secret TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS members(
    id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, secret TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS posts(
    id INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, element INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS visits(page TEXT NOT NULL, visitor TEXT) STRICT;
CREATE TABLE IF NOT EXISTS audit(
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, change INTEGER NOT NULL, noted TEXT) STRICT;
CREATE TABLE IF NOT EXISTS outbox(
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, price INTEGER) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_accounts AFTER UPDATE OF balance ON accounts BEGIN
    INSERT INTO audit(account, change, noted) VALUES (new.name, new.balance - old.balance, now());
END;
"""
OUTBOX = """
CREATE TRIGGER IF NOT EXISTS outbox_insert AFTER INSERT ON items BEGIN
    INSERT INTO outbox(name, price) VALUES (new.name, new.price);
END;
CREATE TRIGGER IF NOT EXISTS outbox_update AFTER UPDATE OF price ON items BEGIN
    INSERT INTO outbox(name, price) VALUES (new.name, new.price);
END;
CREATE TRIGGER IF NOT EXISTS outbox_delete AFTER DELETE ON items BEGIN
    INSERT INTO outbox(name, price) VALUES (old.name, null);
END;
"""
REPORTING_INDEX = "CREATE INDEX IF NOT EXISTS items_by_price ON items(holder, price)"


@dataclass(frozen=True)
class Table:
    """What the log has to know of a table; `counter` is true if SQLite hands out its keys."""

    name: str
    columns: tuple[str, ...]
    key: str | None
    counter: bool = False


TABLES = {
    table.name: table
    for table in (
        Table("accounts", ("name", "balance"), "name"),
        Table("items", ("name", "price", "holder"), "name"),
        Table("orders", ("id", "item", "placed", "lot"), "id", counter=True),
        Table("users", ("id", "name", "secret"), "id", counter=True),
        Table("members", ("id", "name", "secret"), "id"),
        Table("posts", ("id", "list", "element"), "id", counter=True),
        Table("outbox", ("id", "name", "price"), "id", counter=True),
        Table("visits", ("page", "visitor"), None),
        Table("audit", ("id", "account", "change", "noted"), "id", counter=True),
    )
}


def create(database: apsw.Connection, for_reports: bool, outbox: bool) -> None:
    """Make what is missing; a replica that also serves reports gets an extra index.

    With an `outbox`, triggers record every change of `items` there.
    """
    database.execute(DDL)
    if outbox:
        database.execute(OUTBOX)
    if for_reports:
        database.execute(REPORTING_INDEX)
