"""Loads what is named `module:attribute`, when it is needed: a replica has no use for a gateway's code."""

import importlib
from typing import Any


def load(place: str) -> Any:
    """The attribute of that module. Raises `ImportError` and `AttributeError`."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
