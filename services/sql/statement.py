"""Statements as the log: compact, and right only where executing the text again gives the same rows.

What cannot be repeated is known, and MySQL's manual has the list: calls whose answer depends on time and
chance, LIMIT in a change (which rows are the first?), keys drawn from a counter while transactions run at
once, and triggers that do any of this where the text does not show it.

The leader can put values in place of calls, as MySQL ships the time and the insert id with a statement.
It does so only where each call happens exactly once: in an INSERT of one row of VALUES, and for `now()`
anywhere. The rewritten statement is executed on the leader too; whatever SQLite still finds in it that
cannot be repeated makes it unsafe.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.errors import LabError
from services.messages.records import Scalar, Statement
from services.sql.door import Seen
from services.sql.functions import UNREPEATABLE
from services.sql.schema import TABLES

TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[A-Za-z_]\w*)"""
    r"""|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<space>\s+)|(?P<other>.)""",
    re.DOTALL,
)
CALL = re.compile(r"\s*\(\s*\)")
ONE_ROW = re.compile(
    r"\s*INSERT\s+INTO\s+(?P<table>\w+)\s*(?:\((?P<columns>[\w\s,]+)\)\s*)?VALUES\s*\((?P<rest>.*)\Z",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Values:
    """Where the values come from that take the place of calls: `next_key` by table, `now`, `rand`."""

    now: Callable[[], str]
    rand: Callable[[], int]
    next_key: Callable[[str], int]


def words(sql: str) -> Iterator[tuple[int, str]]:
    """Every name and keyword in lower case, and where it stands; not what is quoted or a comment."""
    for token in TOKEN.finditer(sql):
        if token.lastgroup == "name":
            yield token.start(), token[0].lower()


def danger(statement: Statement, seen: Seen) -> str:
    """Why executing `statement` elsewhere may come to something else; empty when it cannot."""
    if not seen.written:
        return ""
    if called := sorted((seen.called | seen.called_by_triggers) & UNREPEATABLE):
        where = "" if called[0] in seen.called else ", in a trigger"
        return f"{called[0]}() has another answer on every replica{where}"
    spoken = [word for _, word in words(statement.sql)]
    if "limit" in spoken:
        return "which rows come first under LIMIT is up to each replica"
    for table in sorted(seen.written):
        if TABLES[table].counter and not _names_key(spoken, statement.parameters, table):
            return f"the keys of {table} come from a counter of each replica's own"
    return ""


def rewritten(statement: Statement, values: Values) -> Statement:
    """`statement` with values in place of calls and of a key that the counter would have drawn."""
    one_row = ONE_ROW.match(statement.sql)
    keyed, parameters = statement.sql, statement.parameters
    single = one_row is not None and one_row["rest"].count("(") == one_row["rest"].count(")") - 1
    if one_row and single and _needs_key(one_row):
        key = values.next_key(one_row["table"].lower())
        columns, rest = one_row.start("columns"), one_row.start("rest")
        sql = statement.sql
        keyed = f"{sql[:columns]}id, {sql[columns:rest]}{key}, {sql[rest:]}"
    return Statement(_without_calls(keyed, values, single), parameters)


def _needs_key(one_row: "re.Match[str]") -> bool:
    table = TABLES.get(one_row["table"].lower())
    named = [column.strip().lower() for column in (one_row["columns"] or "id").split(",")]
    return table is not None and table.counter and "id" not in named


def _without_calls(sql: str, values: Values, single: bool) -> str:
    """Time stands still within a statement; chance is drawn once for each call, so only for one row."""
    moment, done, parts = values.now(), 0, []
    for start, word in words(sql):
        call = CALL.match(sql, start + len(word)) if word in UNREPEATABLE else None
        if call is None or (word == "rand" and not single):
            continue
        value: Scalar = f"'{moment}'" if word == "now" else values.rand()
        parts += [sql[done:start], str(value)]
        done = call.end()
    return "".join((*parts, sql[done:]))


def _names_key(spoken: list[str], parameters: Sequence[Scalar], table: str) -> bool:
    """An UPDATE or DELETE draws no key, and neither does an INSERT that gives one; null draws one too."""
    if "insert" not in spoken and "replace" not in spoken:
        return table in spoken  # else it is a trigger that inserts there
    draws = "null" in spoken or None in parameters or "select" in spoken
    return table in spoken and "id" in spoken and "values" in spoken and not draws


def refuse(reason: str) -> LabError:
    """What the client is told of a statement that cannot be made safe."""
    return LabError("unsafe-statement", f"{reason}; this cluster ships statements, so it is refused")
