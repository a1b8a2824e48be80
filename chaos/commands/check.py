"""`./lab check`: judges a saved run again, from nothing but its recording."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from chaos.catalogue.discover import nearest
from chaos.checkers import BROKEN_BY, MODELS, checker_names, takes_bound, takes_model
from chaos.cluster import ClusterError
from chaos.history import History, HistoryError
from chaos.interchange import load as load_history
from chaos.judging.measures import measure
from chaos.judging.verdict import WRONG_USAGE, Kind, exit_code, judge
from chaos.recording.folder import RunFolder
from chaos.report.words import headline, sentences
from chaos.running.judgement import findings


@dataclass(frozen=True)
class Saved:
    """A recording, and what its `run.json` says of it; `about` is empty for a bare history."""

    history: History
    about: dict[str, Any]

    def expectation(self, names: Sequence[str]) -> tuple[Kind, Sequence[str]]:
        """What the run must show or be free of, of the anomalies in `names`.

        A bare history promises nothing, so it is held to be free of them; so is a run for anomalies of
        which its variant says nothing.
        """
        judged = [name for name in self.about.get("judged", ()) if name in names]
        return (self.about["kind"], judged) if judged else ("remedy", names)

    def bounds_ms(self, names: Sequence[str], stated_ms: float | None) -> Mapping[str, float]:
        """The bounds of what is to be judged: the one stated now, else those of the run."""
        recorded: dict[str, float] = self.about.get("bounds_ms", {})
        if stated_ms is None:
            return recorded
        return {**recorded, **{name: stated_ms for name in names if takes_bound(name)}}

    def model(self, stated: str | None) -> str:
        """The level to which transactions are held: the one stated now, else that of the run; or empty."""
        return stated or str(self.about.get("model", ""))

    @property
    def doubts(self) -> list[str]:
        """Why the recording proves nothing, if so."""
        if not self.history.client_operations:
            return ["there is no operation of a client in it"]
        if self.about and not self.about["finished"]:
            return ["the run was broken off"]
        return list(self.about.get("problems", ()))


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("check")(check)


def check(
    path: Annotated[Path, typer.Argument(exists=True, help="A run's folder, or a history (Jepsen's, too).")],
    checkers: Annotated[list[str] | None, typer.Option("--checker", metavar="NAME…")] = None,
    bound_ms: Annotated[
        float | None,
        typer.Option(
            min=0, help="How long what is measured may last: write-stall, unavailable, long-outage …"
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help=f"What transaction-cycle holds it to: {', '.join(MODELS)}."),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Judge a saved run or a bare history again, by its own checkers or the named ones.

    Exit code: 0 as expected (a bare history: free of the anomalies), 1 not, 2 wrong usage, 3 unknown,
    4 it cannot be judged.
    """
    saved = load(path)
    asked = [*(checkers or saved.about.get("checkers", ())), *(more or ())]
    names = [BROKEN_BY.get(name, name) for name in asked]
    if not names:
        typer.echo(f"lab: name a --checker; there are {', '.join(checker_names())}", err=True)
        raise typer.Exit(WRONG_USAGE)
    for name in names:
        nearest("checker", name, checker_names())
    if model is not None:
        nearest("model", model, MODELS)
        if not any(map(takes_model, names)):
            typer.echo(f"lab: --model is for transaction-cycle, not for {', '.join(names)}", err=True)
            raise typer.Exit(WRONG_USAGE)
    found = findings(saved.history, names, saved.bounds_ms(names, bound_ms), saved.model(model), saved.doubts)
    kind, judged = saved.expectation(names)
    as_expected = judge(kind, judged, found, saved.doubts)
    if as_json:
        identity = {
            key: saved.about[key] for key in ("scenario", "variant", "runtime", "seed") if saved.about
        }
        judgement = {"kind": kind, "as_expected": as_expected, "problems": saved.doubts}
        seen = {"anomalies": [finding.to_json() for finding in found], "measures": measure(saved.history)}
        print(json.dumps({**identity, **judgement, **seen}, indent=2))
    else:
        typer.echo(f"{headline(kind, as_expected)}: {'; '.join(sentences(saved.doubts, found))}")
    raise typer.Exit(exit_code([as_expected], any(finding.crashed for finding in found)))


def load(path: Path) -> Saved:
    """Read a run's folder or a bare history. Raises `ClusterError` when it is damaged or incomplete."""
    folder = RunFolder(path if path.is_dir() else path.parent)
    try:
        history = load_history(folder.history if path.is_dir() else path)
        return Saved(history, folder.read_json("run.json") if path.is_dir() else {})
    except (HistoryError, OSError, ValueError) as error:
        raise ClusterError(f"{path} cannot be judged: {error}") from error
