"""The two functions of the SQL door whose result depends on where and when they are called.

`now()` is this machine's wall clock and `rand()` its own random numbers. That is all it takes to make two
copies differ when both execute the same text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import apsw

UNREPEATABLE = frozenset({"now", "rand"})
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Outside:
    """What SQL may see of the outside world; `for_reports` gives this copy an index that others lack.

    With an `outbox`, triggers record every change of `items`.
    """

    wall: Callable[[], float]
    random: Random
    for_reports: bool = False
    outbox: bool = False


NOWHERE = Outside(lambda: 0.0, Random(0))


def register(database: apsw.Connection, outside: Outside) -> None:
    """Add `now()` and `rand()` to this connection."""
    database.create_scalar_function("now", lambda *_: now(outside), 0)
    database.create_scalar_function("rand", lambda *_: rand(outside), 0)


def now(outside: Outside) -> str:
    """The time of day in UTC, to the microsecond."""
    return datetime.fromtimestamp(outside.wall(), UTC).isoformat(timespec="microseconds")


def rand(outside: Outside) -> int:
    """A whole number from 0 to 2³¹ - 1."""
    return outside.random.randint(0, LARGEST)
