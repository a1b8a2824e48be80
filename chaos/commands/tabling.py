"""What `./lab quorum-table` does."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chaos.cluster import ClusterError
from chaos.quorums.evidence import Answered, Sample
from chaos.quorums.picture import write_picture
from chaos.quorums.table import Row, row, trials
from chaos.quorums.trial import Trial, measure
from chaos.runtimes.workers import in_processes

HEAD = ("n", "w", "r", "writes", "reads", "stale\n/1000", "predicted", "at most")
TOOK = ("write\nms", "read\nms")


def tabulate(
    sizes: Sequence[int], seeds: range, reads: int, workers: int, html: Path | None, as_json: bool
) -> None:
    """Measure, and show what came of it. Raises `ClusterError` when something cannot be measured."""
    if html is not None and not html.resolve().parent.is_dir():
        raise ClusterError(f"there is no folder {html.resolve().parent} for {html.name}; make it first")
    rows = _rows(list(trials(sizes, seeds, reads)), workers)
    if as_json:
        print(json.dumps({"seeds": list(seeds), "reads": reads, "rows": [each.to_json() for each in rows]}))
    else:
        _show(rows)
    if html is not None:
        write_picture(rows, html)
        typer.echo(f"page: {html}", err=as_json)


def _rows(work: Sequence[Trial], workers: int) -> list[Row]:
    """Of every n, w and r, in order; results come in any order, and the seeds are put back into theirs."""
    found: dict[Trial, Sample] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("quorum-table", total=len(work))
        with closing(in_processes(measured, work, workers)) as done:  # so that Ctrl-C ends it at once
            for trial, sample in done:
                found[trial] = sample
                progress.advance(bar)
    groups: dict[tuple[int, int, int], list[Sample]] = {}
    for trial in work:
        groups.setdefault((trial.n, trial.w, trial.r), []).append(found[trial])
    return [row(*quorum, samples) for quorum, samples in groups.items()]


def measured(trial: Trial) -> tuple[Trial, Sample]:
    """The trial and what it shows, for whoever gets many in any order."""
    return trial, measure(trial)


def _show(rows: Sequence[Row]) -> None:
    table = Table(box=SIMPLE, padding=(0, 1))
    for name in (*HEAD, *TOOK):
        table.add_column(name, justify="right", no_wrap=True)
    last = None
    for each in rows:
        if last is not None and each.n != last:
            table.add_section()
        last = each.n
        table.add_row(*_cells(each))
    Console().print(table)
    typer.echo(
        "writes, reads: all (✓), none (✗) or some (~) succeed with 0, 1, 2 … homes dead\n"
        "stale: of the reads that began within 2 ms of the acknowledgement\n"
        "predicted: from the measured delays; at most: C(n-w, r) / C(n, r). ms: medians.\n"
        "--json has how soon it ends and reads that miss several versions, --html FILE draws it"
    )


def _cells(each: Row) -> tuple[str, ...]:
    low, high = (round(1000 * share) for share in each.at_once.predicted)
    return (
        *(str(each.n), str(each.w), str(each.r)),
        _marks(each.writes),
        _marks(each.reads),
        str(round(1000 * each.at_once.measured)),
        str(low) if low == high else f"{low}-{high}",
        str(round(1000 * each.bound())),
        f"{each.write_ms[0]:.1f}",
        f"{each.read_ms[0]:.1f}",
    )


def _marks(answered: Sequence[Answered]) -> str:
    return "".join("✓" if each.ok == each.of else "~" if each.ok else "✗" for each in answered)
