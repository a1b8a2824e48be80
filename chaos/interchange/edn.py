"""Jepsen's `history.edn`: one map an operation, at the top or in one vector."""

import json
from typing import Any

from chaos.history import History, HistoryError
from chaos.interchange.edn_text import EdnError, operations
from chaos.interchange.rows import history_of, rows_of

WORDS = ("type", "f", "process")  # whose values Jepsen writes as keywords


def read(text: str) -> History:
    """The history in this text. Raises `HistoryError` that names the line."""
    try:
        return history_of(operations(text))
    except EdnError as error:
        raise HistoryError(str(error)) from error


def write(history: History) -> str:
    """As Jepsen would print it."""
    return "".join(f"{form(row)}\n" for row in rows_of(history))


def form(value: Any, word: bool = False) -> str:
    """A JSON value in EDN; `word`: a keyword, where it is text."""
    match value:
        case None:
            return "nil"
        case dict():
            return "{" + ", ".join(f":{key} {form(item, key in WORDS)}" for key, item in value.items()) + "}"
        case list():
            micro = bool(value) and value[0] in ("r", "append", "w")  # a read or write within a transaction
            return "[" + " ".join(form(item, micro and at == 0) for at, item in enumerate(value)) + "]"
        case str() if word:
            return f":{value}"
        case _:
            return json.dumps(value, ensure_ascii=False)
