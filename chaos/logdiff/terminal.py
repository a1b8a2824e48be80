"""The comparison in a terminal: side by side where it is wide, one below the other where it is not.

Colours say what kind of field a byte belongs to. Where the output is no terminal there are neither colours
nor boxes, so that it can be searched.
"""

from collections.abc import Iterator, Mapping, Sequence

from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chaos.logdiff.comparison import Comparison
from chaos.logdiff.dump import Gap, Line, in_ascii, in_hex, marks, runs, view
from chaos.logdiff.pieces import KINDS, Kind, Piece, Shown, told
from chaos.logdiff.words import FOLLOWERS, HOLDS, SHORT, TITLES, brief, table

STYLES: Mapping[Kind, str] = {
    **{"place": "blue", "what": "magenta", "text": "green", "key": "yellow"},
    **{"value": "cyan", "check": "red", "shape": "bright_black"},
}
WIDTHS = (16, 8, 4)  # bytes in a line
LEAST_COLUMN = 40  # characters: eight bytes in hex and as text
MOST_TOLD = 20  # pieces in words, without their bytes
FRAME = 3  # characters that a column's frame takes


def show(comparison: Comparison, console: Console, most: int | None) -> None:
    """Print everything; of each log the dumps of about `most` bytes, of all with None."""
    shown, plain = comparison.columns, not console.is_terminal
    side = 1 if plain else next(n for n in (4, 2, 1) if n == 1 or console.width >= n * (LEAST_COLUMN + FRAME))
    console.print(_asked(comparison), soft_wrap=plain)
    if not plain:
        console.print(_legend())
    for begin in range(0, len(shown), side):
        group = shown[begin : begin + side]
        if side == 1:
            _alone(group[0], console, most, plain)
        else:
            console.print(_together(group, console.width // side - FRAME, most))
    console.print(_table(shown, plain), soft_wrap=plain)


def _asked(comparison: Comparison) -> Text:
    text = Text("One transaction:\n", style="bold")
    for statement in comparison.request.statements:
        with_what = f"  with {', '.join(map(told, statement.parameters))}" if statement.parameters else ""
        text.append(f"  {visible(brief(statement.sql + with_what))}\n", style="not bold")
    return text


def _legend() -> Text:
    text = Text("Bytes: ")
    for kind, meaning in KINDS.items():
        text.append("■ ", STYLES[kind]).append(f"{meaning}  ")
    return text.append("dim: as it was before\n", "dim")


def _alone(shown: Shown, console: Console, most: int | None, plain: bool) -> None:
    per_line = WIDTHS[0] if plain else _per_line(console.width)
    for part in (_head(shown), *_dumps(shown, per_line, most), _tail(shown)):
        console.print(part, soft_wrap=plain)


def _together(group: Sequence[Shown], width: int, most: int | None) -> Table:
    """A frame with a column for each log: its name, its bytes, what came of them."""
    frame = Table(box=ROUNDED, show_header=False, show_lines=True, padding=(0, 1, 0, 0))
    for _ in group:
        frame.add_column(width=width - 1, overflow="fold")
    frame.add_row(*map(_head, group))
    frame.add_row(*(Text("\n").join(_dumps(each, _per_line(width - 1), most)) for each in group))
    frame.add_row(*map(_tail, group))
    return frame


def _per_line(width: int) -> int:
    return next((size for size in WIDTHS if 4 * size + 7 <= width), WIDTHS[-1])


def _head(shown: Shown) -> Text:
    size = f"{shown.log_bytes:,} bytes" if shown.pieces else "nothing"
    return (
        Text(TITLES[shown.name].upper(), "bold").append(f": {size}\n").append(HOLDS[shown.name], "not bold")
    )


def _tail(shown: Shown) -> Text:
    text = Text(FOLLOWERS[shown.name] + "\n")
    mark, style = ("✗", "red") if shown.followed.differences else ("✓", "green")
    text.append(f"{mark} tried: the copy {shown.followed.outcome}\n", style)
    for line in shown.followed.differences:
        text.append(f"  {visible(brief(line))}\n")
    if shown.followed.refusal:
        text.append("✗ tried: a copy in another storage format refuses\n", "red")
        text.append(f"  {shown.followed.refusal}\n")
    return text


def _dumps(shown: Shown, per_line: int, most: int | None) -> Iterator[Text]:
    """Each piece as long as there are bytes left to show, then how much else there is.

    Where no bytes are wanted at all, the first pieces are told in words.
    """
    left = most
    for place, piece in enumerate(shown.pieces):
        if left is not None and left <= 0 and (most or place >= MOST_TOLD):
            rest = shown.pieces[place:]
            size = sum(len(each.data) for each in rest)
            yield Text(f"… and {len(rest)} more, {size:,} bytes (--full shows all)\n", "dim")
            return
        text, used = _dump(piece, per_line, left)
        left = None if left is None else left - used
        yield text


def _dump(piece: Piece, per_line: int, most: int | None) -> tuple[Text, int]:
    parts, used = view(piece, per_line, most) if most != 0 else ([], 0)
    owners, news = marks(piece)
    text = Text(f"{piece.title}, {len(piece.data):,} bytes\n", "bold")
    for line in piece.reading:
        text.append(f"  {visible(brief(line))}\n", "not bold")
    for part in parts:
        if isinstance(part, Gap):
            why = "as before" if part.same else "not shown"
            text.append(f"…    {part.size:,} bytes {why}\n", "not bold dim")
        else:
            text.append_text(_line(piece, part, per_line, owners, news))
    return text, used


def _line(piece: Piece, line: Line, per_line: int, owners: list[int | None], news: bytearray) -> Text:
    text, letters = Text("", "not bold"), Text()
    text.append(f"{line.begin:04x} ", "dim")
    for run in runs(line, owners, news):
        kind = None if run.field is None else piece.fields[run.field].kind
        style = (STYLES[kind] if kind else "") + ("" if run.news else " dim")
        data = piece.data[run.begin : run.end]
        text.append(f" {in_hex(data)}", style)
        letters.append(in_ascii(data), style)
    missing = per_line - (line.end - line.begin)
    return text.append(" " * (3 * missing + 1)).append_text(letters).append("\n")


def _table(shown: Sequence[Shown], plain: bool) -> Table:
    rows = Table(box=SIMPLE_HEAD, show_lines=False, title=None if plain else "Side by side")
    rows.add_column("")
    for each in shown:
        rows.add_column(SHORT[each.name], overflow="fold")
    for question, said in table(shown).items():
        rows.add_row(question, *said)
    return rows


def visible(text: str) -> str:
    """`text` without characters that a terminal would obey instead of showing them."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
