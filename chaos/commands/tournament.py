"""`./lab tournament`: one recorded set of conflicting writes, replayed through every resolver."""

import json
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from chaos.judging.verdict import WRONG_USAGE

SCENARIO, VARIANT = "write-conflict", "three-way-merge"
HEAD = ("resolver", "leaders agree", "lost", "intents kept", "torn apart", "bytes", "ms")  # as on the page
WIDTHS = (17, 13, 5, 13, 11, 8, 8)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("tournament")(tournament)


def tournament(
    path: Annotated[
        Path | None, typer.Argument(exists=True, help="A run's folder, or a history (default: record one).")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the recording and of the order of arrival.")] = 1,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page that draws it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Replay conflicting writes through every resolver: who agrees, what is lost, whose intent is kept."""
    from chaos.history import HistoryError

    try:
        table = tabulated(path, seed)
        if html is not None:
            draw(table, html)
    except (HistoryError, ValueError) as error:
        typer.echo(f"lab: {path or 'the recording'}: {error}", err=True)
        raise typer.Exit(WRONG_USAGE) from error
    except OSError as error:
        typer.echo(f"lab: {html or path}: {error.strerror}", err=True)
        raise typer.Exit(WRONG_USAGE) from error
    print(json.dumps(table, indent=2, ensure_ascii=False)) if as_json else _show(table)
    if html is not None:
        typer.echo(f"page: {html}", err=as_json)


def tabulated(path: Path | None, seed: int) -> dict[str, Any]:
    """The whole result. Raises `HistoryError`, and `ValueError` when there is nothing to replay."""
    from chaos.tournament.recorded import writes_of
    from chaos.tournament.score import conflicting
    from chaos.tournament.standing import resolvers, standing

    writes = writes_of(_recording(path, seed))
    rows = []
    for name in resolvers():
        began_s = perf_counter()
        stands = standing(writes, name, seed)
        took_ms = round((perf_counter() - began_s) * 1000, 1)
        rows.append({**asdict(stands), "time_ms": took_ms})
    told = sum(write.told for write in writes)
    about = {"writes": len(writes), "acknowledged": told, "conflicting": conflicting(writes)}
    return {"recording": str(path) if path else f"seed {seed}", **about, "resolvers": rows}


def _recording(path: Path | None, seed: int) -> Any:
    """The history in that folder or file; else of authors who edit pages on both sides of a cut."""
    if path is not None:
        from chaos.interchange import load

        return load(path / "history.jsonl" if path.is_dir() else path)
    from chaos.recording.folder import NoFolder
    from chaos.sessions.simulate import Simulation, simulate

    folder = NoFolder()
    simulate(Simulation(SCENARIO, VARIANT, seed, settings=(("conflicts", "record"),)), folder)
    return folder.recorded()


def draw(table: dict[str, Any], path: Path) -> None:
    """Write a page of it. Raises `OSError`."""
    from chaos.report.render import page  # here, because templates cost every start of the lab 50 ms

    styles = ("assets/page.css", "assets/leaders.css")
    text = page(
        "tournament.html", scripts=(), styles=styles, title="The tournament of resolvers", table=table
    )
    path.write_text(text, encoding="utf-8")


def _show(table: dict[str, Any]) -> None:
    told = table["acknowledged"]
    typer.echo(f"{table['writes']} writes ({table['recording']}), {table['conflicting']} of them in conflict")
    _line(*HEAD)
    for row in table["resolvers"]:
        agree = "yes" if row["converged"] else "no"
        intents = f"{row['intents_kept']} of {told}"
        _line(row["resolver"], agree, row["lost"], intents, row["torn"], row["bytes"], row["time_ms"])


def _line(first: object, *others: object) -> None:
    padded = (f"{other!s:>{width}}" for other, width in zip(others, WIDTHS[1:], strict=True))
    typer.echo(f"{first!s:<{WIDTHS[0]}}{''.join(padded)}")
