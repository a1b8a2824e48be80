"""Operations and messages as columns, for the page's drawings: a tenth of the size of records.

Times are whole microseconds since the run began. Repeated texts are in a list of their own, and the columns
hold their places in it.
"""

import math
from collections.abc import Mapping
from typing import Any

from chaos.history import Operation, canonical
from chaos.report.hearsay import messages_of
from chaos.report.saved import Saved

LONGEST_TEXT = 60
MOST_MESSAGES, MOST_LOST = 16_000, 24_000
IDLE = ("append", "heartbeat", "changes")  # as long as nothing is in them
TEXTS = ("f", "key", "node", "gateway", "error")  # of operations
NAMED = ("from", "to", "kind", "outcome")  # of messages
MOMENTS = {"sent": "time", "arrived": "arrived", "answered": "answered", "ended": "ended"}


class Words:
    """A list of texts without repetition; `place` puts one in."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str | None) -> int:
        """The place of `text` in the list; -1 for none."""
        if text is None:
            return -1
        if text not in self._places:
            self._places[text] = len(self.texts)
            self.texts.append(text)
        return self._places[text]


def us(ns: float | None) -> int:
    """Whole microseconds; -1 for never."""
    return -1 if ns is None or math.isinf(ns) else round(ns / 1000)


def shown(value: Any) -> str:
    """A value as people read it, not longer than fits."""
    if value is None or value == []:
        return "nothing"
    text = value if isinstance(value, str) else canonical(value).decode()
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def operation_columns(saved: Saved) -> dict[str, Any]:
    """The operations in the order of invocation; `end` is when its completion was recorded, -1 if never.

    Of the final reads, only those that a witness names, and one of each replica.
    """
    spoken = {
        index for finding in saved.verdict.anomalies for witness in finding.witnesses for index in witness.ops
    }
    operations = [
        op
        for op in saved.history.operations
        if not op.final or op.key is None or not spoken.isdisjoint(op.event_indexes)
    ]
    words = Words()
    return {
        "index": [op.index for op in operations],
        "done": [-1 if op.completed_index is None else op.completed_index for op in operations],
        "begin": [us(op.invoked_ns) for op in operations],
        "end": [us(saved.ended_ns(op)) for op in operations],
        "process": [op.process for op in operations],
        "outcome": "".join(op.outcome[0] for op in operations),  # o, f or i
        "final": [place for place, op in enumerate(operations) if op.final],
        "value": [shown(op.value) for op in operations],
        "epoch": [-1 if op.epoch is None else op.epoch for op in operations],
        **{name: [words.place(_text(op, name)) for op in operations] for name in TEXTS},
        "words": words.texts,
    }


def _text(operation: Operation, name: str) -> str | None:
    value = getattr(operation, name)
    return None if value is None else str(value)


def message_columns(saved: Saved) -> dict[str, Any]:
    """Who asked whom what; if there are too many, all lost messages and a part of the others.

    `left_out` says how many are not shown, `is_hearsay` that they were not overheard.
    """
    recorded = messages_of(saved)
    every = -(-len(recorded) // MOST_MESSAGES)
    kept = [
        message for place, message in enumerate(recorded) if message["outcome"] != "ok" or place % every == 0
    ]
    kept, words = kept[:MOST_LOST], Words()
    return {
        **{name: [us(message[source]) for message in kept] for name, source in MOMENTS.items()},
        **{name: [words.place(message[name]) for message in kept] for name in NAMED},
        "idle": [place for place, message in enumerate(kept) if _is_idle(message)],
        "words": words.texts,
        "left_out": len(recorded) - len(kept),
        "is_hearsay": not saved.messages,
    }


def _is_idle(message: Mapping[str, Any]) -> bool:
    return message["kind"] in IDLE and not message["entries"] and message["outcome"] == "ok"
