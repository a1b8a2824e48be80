"""`./lab report`: the page of a saved run, of several side by side, or of all runs together."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chaos.catalogue.discover import select, usable_scenarios
from chaos.cluster import ClusterError
from chaos.commands.run import RUNS
from chaos.judging.verdict import WRONG_USAGE
from chaos.recording.folder import RunFolder

if TYPE_CHECKING:
    from chaos.report.saved import Saved

LONGEST_NAME = 200  # letters; file systems take 255


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("report")(report)


def report(
    runs: Annotated[list[str] | None, typer.Argument(metavar="RUN…", help="A folder, or ID:VARIANT.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Write an index of all saved runs.")] = False,
    folder: Annotated[
        Path, typer.Option("--runs", help="Directory with the runs' folders.", show_default="runs")
    ] = RUNS,
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
) -> None:
    """Write a saved run's page again; for several runs, one page with all of them side by side.

    A run is a folder, or ID:VARIANT for the newest run of that variant. Prints the page's path.
    """
    if bool(runs) == everything or (everything and out):
        typer.echo("lab: name one run or more, or say --all (without --out)", err=True)
        raise typer.Exit(WRONG_USAGE)
    folders = [_find(run, folder) for run in runs or ()]
    try:
        typer.echo(_write_all(folder) if everything else _write(folders, folder, out))
    except (OSError, ValueError, KeyError) as error:
        raise ClusterError(f"no report, because a run's folder is damaged: {error}") from error


def _write_all(folder: Path) -> Path:
    from chaos.report.catalogue import write_index

    if not folder.is_dir():
        raise ClusterError(f"there is no folder {folder}; make runs first: ./lab run --all --on sim")
    return write_index(usable_scenarios()[0], folder.resolve())


def _write(folders: Sequence[Path], beside: Path, out: Path | None) -> Path:
    """The page of one run goes into its folder, that of several to the folders of all runs."""
    from chaos.report.page import NAME, write_pages
    from chaos.report.saved import read_again

    for folder in folders:
        if not (folder / "verdict.json").exists():
            raise ClusterError(f"the run in {folder} has no verdict, for it was ended before; run it again")
    saved = [read_again(RunFolder(folder)) for folder in folders]
    own, common = folders[0] / NAME, beside.resolve() / _common(saved, folders, beside)
    path = out or (own if len(folders) == 1 else common)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_pages(saved, path)
    return path


def _common(saved: Sequence["Saved"], folders: Sequence[Path], beside: Path) -> str:
    """The file of a comparison: other runs, another file, so that none overwrites another."""
    pairs = zip(saved, folders, strict=True)
    together = "-and-".join(f"{run.name.replace(':', '-')}-{_of(its, beside)}" for run, its in pairs)
    short = together if len(together) <= LONGEST_NAME else f"{together[:LONGEST_NAME]}-{_digest(together)}"
    return f"{short}.html"


def _of(folder: Path, beside: Path) -> str:
    """What tells this run from all others: the name of its folder, and of one that lies elsewhere more."""
    return folder.name if beside.resolve() in folder.parents else f"{folder.name}-{_digest(str(folder))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _find(run: str, folder: Path) -> Path:
    """The folder that somebody means. Raises `ClusterError` and `UnknownNameError`."""
    if Path(run).is_dir():
        return Path(run).resolve()
    ((scenario, variants),) = select([run])
    judged = [path for v in variants for path in (folder / scenario.id / v.name).glob("*/verdict.json")]
    if not judged:
        raise ClusterError(f"there is no run of {run} in {folder}; make one: ./lab run {run} --on sim")
    return max(judged, key=lambda path: path.stat().st_mtime).parent.resolve()
