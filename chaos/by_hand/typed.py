"""A value as a person types it, at the command line or on a page."""

import json
from typing import Any

from services.errors import LabError
from services.gateway.inputs import parsed

NO_JSON = ("NaN", "Infinity", "-Infinity")  # words to Python's reader of JSON, but not to JSON


def value_of(text: str) -> Any:
    """The JSON in `text`, read as strictly as a gateway does, else the text itself.

    Raises `LabError` for JSON that cannot be stored as it is.
    """
    if text in NO_JSON:
        return text
    try:
        return parsed(text.encode())
    except LabError as error:
        if isinstance(error.__cause__, json.JSONDecodeError):
            return text
        raise
