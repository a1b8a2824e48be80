"""The comparison as a page: one file that opens anywhere, under the same policy as the lab's reports."""

from collections.abc import Iterator
from typing import Any

from chaos.logdiff.comparison import Comparison
from chaos.logdiff.dump import Gap, Line, in_ascii, in_hex, marks, runs, view
from chaos.logdiff.pieces import KINDS, Piece, Shown, told
from chaos.logdiff.words import FOLLOWERS, HOLDS, TITLES, brief, table
from chaos.report.render import page

SCRIPTS, STYLES = ("assets/logdiff.js",), ("assets/page.css", "assets/logdiff.css")
PER_LINE = 8
MOST_BYTES = 32 << 10  # of each log: some 3 MB of page at the worst


def webpage(comparison: Comparison) -> str:
    """The page as text."""
    return page(
        "logdiff.html",
        scripts=SCRIPTS,
        styles=STYLES,
        title="One write in four logs",
        statements=[
            {"sql": each.sql, "told": ", ".join(map(told, each.parameters))}
            for each in comparison.request.statements
        ],
        before=[each.sql for each in comparison.request.before],
        kinds=KINDS,
        table=table(comparison.columns),
        logs=[_log(shown) for shown in comparison.columns],
    )


def _log(shown: Shown) -> dict[str, Any]:
    pieces, left = list[dict[str, Any]](), MOST_BYTES
    for piece in shown.pieces:
        if left <= 0:
            break
        made, used = _piece(piece, left)
        pieces.append(made)
        left -= used
    rest = shown.pieces[len(pieces) :]
    size = sum(len(piece.data) for piece in rest)
    return {
        **{"title": TITLES[shown.name], "holds": HOLDS[shown.name], "does": FOLLOWERS[shown.name]},
        **{"size": f"{shown.log_bytes:,} bytes", "pieces": pieces, "outcome": shown.followed.outcome},
        "same": not shown.followed.differences,
        "differences": [brief(line) for line in shown.followed.differences],
        "refusal": shown.followed.refusal,
        "rest": f"{len(rest)} more, {size:,} bytes" if rest else "",
    }


def _piece(piece: Piece, most: int) -> tuple[dict[str, Any], int]:
    parts, used = view(piece, PER_LINE, most)
    fields = [
        {"index": index, "name": field.name, "value": brief(field.value), "kind": field.kind}
        for index, field in enumerate(piece.fields)
    ]
    reading = [brief(line) for line in piece.reading]
    made = {"title": piece.title, "size": f"{len(piece.data):,} bytes", "reading": reading}
    return {**made, "fields": fields, "rows": list(_rows(piece, parts))}, used


def _rows(piece: Piece, parts: list[Line | Gap]) -> Iterator[dict[str, Any]]:
    owners, news = marks(piece)
    for part in parts:
        if isinstance(part, Gap):
            yield {"gap": f"{part.size:,} bytes {'as before' if part.same else 'not shown'}"}
            continue
        found = []
        for run in runs(part, owners, news):
            data = piece.data[run.begin : run.end]
            kind = "" if run.field is None else f"k-{piece.fields[run.field].kind}"
            looks = f"{kind} {'b' if run.news else 'old'}".strip()
            found.append({"field": run.field, "looks": looks, "hex": in_hex(data), "letters": in_ascii(data)})
        missing = PER_LINE - (part.end - part.begin)
        yield {"gap": "", "at": f"{part.begin:04x}", "runs": found, "space": "   " * missing}
