"""Statements as the log: compact, and right only where executing the text again gives the same rows.

It is known what cannot be repeated, and MySQL's manual lists it: calls whose result depends on time or
chance, LIMIT in a change (which rows come first?), keys drawn from a counter while transactions run
concurrently, and triggers that do any of this without the text showing it.

The leader can replace calls with values, as MySQL ships the time and the insert id with a statement. It does
so only if each call happens exactly once: in an INSERT of one row of VALUES, and for `now()` anywhere. The
leader also executes the rewritten statement; if SQLite still finds anything in it that cannot be repeated,
the statement is unsafe.
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
    """The sources of the values that replace calls: `next_key` by table, `now`, `rand`."""

    now: Callable[[], str]
    rand: Callable[[], int]
    next_key: Callable[[str], int]


def words(sql: str) -> Iterator[tuple[int, str]]:
    """The position of every name and keyword, and the word in lower case; skips quoted text and comments."""
    for token in TOKEN.finditer(sql):
        if token.lastgroup == "name":
            yield token.start(), token[0].lower()


def danger(statement: Statement, seen: Seen) -> str:
    """Why executing `statement` elsewhere may give another result; empty if it cannot."""
    if not seen.written:
        return ""
    if called := sorted((seen.called | seen.called_by_triggers) & UNREPEATABLE):
        where = "" if called[0] in seen.called else ", in a trigger"
        return f"{called[0]}() gives a different result on every replica{where}"
    spoken = [word for _, word in words(statement.sql)]
    if "limit" in spoken:
        return "each replica decides for itself which rows come first under LIMIT"
    for table in sorted(seen.written):
        if TABLES[table].counter and not _names_key(spoken, statement.parameters, table):
            return f"each replica draws the keys of {table} from its own counter"
    return ""


def rewritten(statement: Statement, values: Values) -> Statement:
    """`statement` with values in place of calls and of the key that the counter would draw."""
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
    """`now` is the same throughout a statement; `rand` is drawn once for each call, so only for one row."""
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
    """True if no key is drawn: in an UPDATE or DELETE, or an INSERT that gives a key; null draws one, too."""
    if "insert" not in spoken and "replace" not in spoken:
        return table in spoken  # else it is a trigger that inserts there
    draws = "null" in spoken or None in parameters or "select" in spoken
    return table in spoken and "id" in spoken and "values" in spoken and not draws


def refuse(reason: str) -> LabError:
    """The error for a statement that cannot be made safe."""
    return LabError("unsafe-statement", f"{reason}; this cluster ships statements, so it is refused")
