"""The comparison as one JSON document, with all bytes in hex."""

from typing import Any

from chaos.logdiff.comparison import Comparison
from chaos.logdiff.pieces import Piece, Shown
from chaos.logdiff.words import FOLLOWERS, HOLDS, TITLES, answers


def document(comparison: Comparison) -> dict[str, Any]:
    """What was asked, and each log: its pieces with their fields, and what a follower made of them."""
    request = comparison.request
    return {
        "statements": [{"sql": each.sql, "parameters": each.parameters} for each in request.statements],
        "before": [each.sql for each in request.before],
        "seed": comparison.seed,
        "logs": [_log(shown) for shown in comparison.columns],
    }


def _log(shown: Shown) -> dict[str, Any]:
    return {
        **{"log": shown.name, "title": TITLES[shown.name], "holds": HOLDS[shown.name]},
        **{"log_bytes": shown.log_bytes, "message_bytes": shown.message_bytes},
        "pieces": [_piece(piece) for piece in shown.pieces],
        "follower": {
            "does": FOLLOWERS[shown.name],
            "outcome": shown.followed.outcome,
            "same": not shown.followed.differences,
            "differences": list(shown.followed.differences),
            "other_format": shown.followed.other_format,
            "refusal": shown.followed.refusal,
        },
        "answers": answers(shown),
    }


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "title": piece.title,
        "bytes": piece.data.hex(),
        "reading": list(piece.reading),
        "fields": [field._asdict() for field in piece.fields],
        "changed": None if piece.changed is None else [list(each) for each in piece.changed],
    }
