"""What is to be shown: one transaction, and what stands in the tables before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from services.errors import LabError
from services.messages.records import Scalar, Statement
from services.sql.statement import TOKEN

# One transaction with a bit of everything: many rows by one text, a value that lives for a moment only,
# a key from a counter, the time and chance.
EXAMPLE = (
    Statement("UPDATE items SET price = price + 1"),
    Statement("UPDATE items SET price = 2 * price WHERE name = 'tea'"),
    Statement("INSERT INTO orders(item, placed, lot) VALUES ('tea', now(), rand())"),
)
STOCK = (
    Statement("INSERT INTO accounts(name, balance) VALUES ('ann', 100), ('ben', 50)"),
    Statement("INSERT INTO items(name, price) VALUES ('coffee', 20), ('milk', 10), ('tea', 30)"),
    Statement("INSERT INTO orders(item) VALUES ('milk')"),
    Statement("INSERT INTO visits(page, visitor) VALUES ('home', 'ann')"),
)


@dataclass(frozen=True)
class Request:
    """The statements are one transaction; each of `before` is one of its own, on top of `STOCK`."""

    statements: tuple[Statement, ...] = EXAMPLE
    before: tuple[Statement, ...] = ()


def with_parameters(texts: Sequence[str], parameters: Sequence[Scalar]) -> tuple[Statement, ...]:
    """Each statement with as many of `parameters` as it has question marks; a single one with all of them.

    Raises `LabError` bad-sql when there are more or fewer than question marks.
    """
    if len(texts) == 1:
        return (Statement(texts[0], tuple(parameters)),)
    counts = [sum(token[0] == "?" for token in TOKEN.finditer(text)) for text in texts]
    if sum(counts) != len(parameters):
        marks = ", ".join(map(str, counts)) or "none, because there is no SQL"
        raise LabError("bad-sql", f"there are {len(parameters)} parameters, but question marks: {marks}")
    rest = iter(parameters)
    return tuple(
        Statement(text, tuple(islice(rest, count))) for text, count in zip(texts, counts, strict=True)
    )
