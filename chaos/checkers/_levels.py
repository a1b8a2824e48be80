"""Isolation levels from the weakest to the strictest, and which of them each anomaly breaks.

The names are Elle's (Kingsbury, Alvaro 2020), the levels Adya's (1999): PL-1 forbids G0, PL-2 all of G1,
snapshot isolation also every ring without two rw edges in a row (Cerone, Gotsman 2018), serializability every
ring. Lists have no predicates, so repeatable read (PL-2.99) and serializability (PL-3) are one here. The
last two add the order within sessions, and the order in time.
"""

from typing import NamedTuple

from chaos.history import Operation

LEVELS = (
    *("read-uncommitted", "read-committed", "snapshot-isolation", "serializable"),
    *("strong-session-serializable", "strict-serializable"),
)
UNCOMMITTED, COMMITTED, SNAPSHOT, SERIALIZABLE, SESSION, STRICT = range(len(LEVELS))
ALSO_CALLED = {"repeatable-read": "serializable"}
MODELS = (*LEVELS, *ALSO_CALLED)
DEFAULT = "serializable"


class Anomaly(NamedTuple):
    """What breaks the level `breaks` and all that are stricter, with the operations that show it."""

    name: str
    breaks: int
    text: str
    operations: tuple[Operation, ...]


def level_of(model: str) -> int:
    """The place in `LEVELS` of what is called so. Raises `ValueError` that lists those there are."""
    name = ALSO_CALLED.get(model, model)
    if name not in LEVELS:
        raise ValueError(f"there is no model {model!r}; there are: {', '.join(MODELS)}")
    return LEVELS.index(name)


def broken_by(anomalies: list[Anomaly]) -> str:
    """The weakest level that these break, in words."""
    weakest = min(anomaly.breaks for anomaly in anomalies)
    stricter = " and every stricter level" if weakest < STRICT else ""
    return f"breaks {LEVELS[weakest]}{stricter}"
