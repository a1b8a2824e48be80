"""Loads `module:attribute` when it is needed, because a replica does not need a gateway's code."""

import importlib
from typing import Any


def load(place: str) -> Any:
    """The attribute at `place`. Raises `ImportError` and `AttributeError`."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
