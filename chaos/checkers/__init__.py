"""The checkers: one anomaly a file, each a pure function from a history to a finding.

The anomaly's name is the file's, with dashes: `lost_write.py` judges `lost-write` by its function
`check(history, **parameters)`. Files with a leading underscore are what they share.
"""

import importlib
import inspect
import pkgutil
import traceback
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from chaos.checkers._keys import UnreadableError
from chaos.checkers._levels import MODELS
from chaos.history import History
from chaos.judging.verdict import Finding, unknown

__all__ = [
    "BROKEN_BY",
    "MODELS",
    "Checker",
    "asks_whether_settled",
    "checker_names",
    "find_checker",
    "run_checker",
    "takes_bound",
    "takes_model",
]

# Guarantees that people ask for by another name than that of the anomaly which breaks them.
BROKEN_BY = {
    "causal-consistency": "causality",
    "monotonic-read": "non-monotonic-read",
    "monotonic-reads": "non-monotonic-read",
}


class Checker(Protocol):
    """Judges one history; the same history and parameters always give the same finding."""

    def __call__(self, history: History, **parameters: Any) -> Finding:
        """The finding; an assumption that does not hold gives unknown, with the reason."""


@cache
def checker_names() -> tuple[str, ...]:
    """Every anomaly that can be judged, in alphabetical order."""
    files = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.replace("_", "-") for name in files if not name.startswith("_")))


def find_checker(name: str) -> Checker:
    """The checker of the anomaly `name`. Raises `ValueError` that lists those there are."""
    if name not in checker_names():
        raise ValueError(f"there is no checker {name!r}; there are: {', '.join(checker_names())}")
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    return cast(Checker, module.check)


def takes_bound(name: str) -> bool:
    """Does this checker measure a time against a bound (`bound_ms`)? Raises `ValueError` like the above."""
    return "bound_ms" in inspect.signature(find_checker(name)).parameters


def takes_model(name: str) -> bool:
    """Does this checker hold transactions to a level (`model`, one of `MODELS`)? Raises `ValueError`, too."""
    return "model" in inspect.signature(find_checker(name)).parameters


def asks_whether_settled(name: str) -> bool:
    """Does it judge by what there was in the end, once the cluster had settled? Raises `ValueError`, too."""
    return "settled" in inspect.signature(find_checker(name)).parameters


def run_checker(name: str, history: History, **parameters: Any) -> Finding:
    """Judge `history`; a checker that crashes has found nothing out, so that is unknown, and marked.

    What no checker can judge is unknown, too. Raises `ValueError` for an unknown `name`.
    """
    check = find_checker(name)
    try:
        return check(history, **parameters)
    except UnreadableError as error:
        return unknown(name, str(error))
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = " ".join(f"{type(error).__name__}: {error}".split())
        reason = f"the checker crashed: {text} ({Path(place.filename).name}, line {place.lineno})"
        return replace(unknown(name, reason), crashed=True)
