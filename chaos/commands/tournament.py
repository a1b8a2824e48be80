"""`./lab tournament`: one recorded set of conflicting writes, replayed through every resolver."""

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, get_args

import typer

from chaos.judging.verdict import WRONG_USAGE

SCENARIO, VARIANT = "write-conflict", "three-way-merge"
WIDTHS = (18, 10, 6, 13, 9, 9)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("tournament")(tournament)


def tournament(
    path: Annotated[
        Path | None, typer.Argument(exists=True, help="A run's folder, or a history; else one is recorded.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the recording, and of the order of arrival.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Replay conflicting writes through every resolver: who converges, what is lost, whose intent is kept."""
    from chaos.history import HistoryError

    try:
        table = tabulated(path, seed)
    except (HistoryError, ValueError) as error:
        typer.echo(f"lab: {path or 'the recording'}: {error}", err=True)
        raise typer.Exit(WRONG_USAGE) from error
    print(json.dumps(table, indent=2, ensure_ascii=False)) if as_json else _show(table)


def tabulated(path: Path | None, seed: int) -> dict[str, Any]:
    """The whole result. Raises `HistoryError`, and `ValueError` when there is nothing to replay."""
    from chaos.tournament.recorded import writes_of
    from chaos.tournament.replay import replay
    from chaos.tournament.score import conflicting, score
    from services.settings.multi_leader import Conflicts

    writes = writes_of(_recording(path, seed))
    rows = []
    for name in get_args(Conflicts):
        began_s = perf_counter()
        replayed = replay(writes, name, seed)
        took_ms = (perf_counter() - began_s) * 1000
        points = score(writes, replayed)
        rows.append(
            {
                "resolver": name,
                "converged": replayed.converged,
                "lost": points.lost,
                "intents_kept": points.intents_kept,
                "bytes": replayed.kept_bytes,
                "time_ms": round(took_ms, 1),
            }
        )
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


def _show(table: dict[str, Any]) -> None:
    told = table["acknowledged"]
    typer.echo(f"{table['writes']} writes ({table['recording']}), {table['conflicting']} of them in conflict")
    _line("resolver", "converged", "lost", "intents kept", "bytes", "ms")
    for row in table["resolvers"]:
        converged = "yes" if row["converged"] else "no"
        intents = f"{row['intents_kept']} of {told}"
        _line(row["resolver"], converged, row["lost"], intents, row["bytes"], row["time_ms"])


def _line(first: object, *others: object) -> None:
    padded = (f"{other!s:>{width}}" for other, width in zip(others, WIDTHS[1:], strict=True))
    typer.echo(f"{first!s:<{WIDTHS[0]}}{''.join(padded)}")
