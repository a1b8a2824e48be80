"""What all saved runs together say: for each anomaly who shows it and who survives it, how often.

Only recordings count, so the page can be made again by anybody who has the folders, and every number in
it leads to a run.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from chaos.catalogue.scenario import Scenario
from chaos.judging.verdict import Verdict
from chaos.recording.folder import RunFolder
from chaos.report.page import NAME
from chaos.report.words import MEANINGS


@dataclass(frozen=True)
class Run:
    """A run that was judged: where it lies, and what repeats it."""

    path: Path
    verdict: Verdict
    command: str
    start: str


@dataclass(frozen=True)
class Tried:
    """All runs of one variant, the newest last; `judged` are the anomalies on which its verdict rests."""

    name: str
    kind: str
    judged: tuple[str, ...]
    runs: Sequence[Run]

    def found(self, anomaly: str, answer: bool) -> list[Run]:
        """The runs of which the checker of `anomaly` said `answer`."""
        return [
            run
            for run in self.runs
            if any(f.name == anomaly and f.found is answer for f in run.verdict.anomalies)
        ]

    @property
    def as_expected(self) -> int:
        """How many runs came out as the variant promises."""
        return sum(run.verdict.as_expected is True for run in self.runs)


@dataclass(frozen=True)
class Chapter:
    """One scenario with its variants; those never run are there with no runs."""

    id: str
    section: str
    title: str
    anomalies: tuple[str, ...]
    variants: tuple[Tried, ...]

    def of_kind(self, kind: str) -> list[Tried]:
        """The problems, or the remedies."""
        return [variant for variant in self.variants if variant.kind == kind]


def judged_runs(runs: Path) -> Iterator[Run]:
    """Every finished run under `runs`, in the order of their folders; what is unfinished is passed over."""
    for path in sorted(runs.glob("*/*/*/verdict.json")):
        folder = RunFolder(path.parent)
        about = folder.read_json("run.json")
        verdict = msgspec.convert(folder.read_json("verdict.json"), Verdict)
        yield Run(folder.path, verdict, about["command"], about["start"])


def chapters(scenarios: Iterable[Scenario], runs: Iterable[Run]) -> list[Chapter]:
    """The catalogue, with its runs in it; runs of what is in no catalogue (any more) come last."""
    by_variant: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        by_variant.setdefault((run.verdict.scenario, run.verdict.variant), []).append(run)
    found = [_chapter(scenario, by_variant) for scenario in scenarios]
    forgotten: dict[str, list[Tried]] = {}
    for (scenario, variant), some in by_variant.items():
        forgotten.setdefault(scenario, []).append(Tried(variant, some[0].verdict.kind, (), some))
    return found + [_former(scenario, variants) for scenario, variants in forgotten.items()]


def _chapter(scenario: Scenario, by_variant: dict[tuple[str, str], list[Run]]) -> Chapter:
    """Takes the scenario's runs out of `by_variant`."""
    variants = (
        Tried(
            variant.name,
            variant.kind,
            scenario.judged_for(variant),
            by_variant.pop((scenario.id, variant.name), []),
        )
        for variant in scenario.variants
    )
    return Chapter(scenario.id, scenario.section, scenario.title, scenario.checkers, tuple(variants))


def _former(scenario: str, variants: Sequence[Tried]) -> Chapter:
    names = dict.fromkeys(f.name for tried in variants for run in tried.runs for f in run.verdict.anomalies)
    return Chapter(scenario, "", "no longer in the catalogue", tuple(names), tuple(variants))


def write_index(scenarios: Iterable[Scenario], runs: Path) -> Path:
    """Write `index.html` into `runs`; returns it. Raises `ValueError` for a damaged folder, and `OSError`."""
    from chaos.report.render import page  # see `page.write_pages`

    path = runs / "index.html"
    found = list(judged_runs(runs))
    text = page(
        "index.html",
        scripts=(),
        title="The replication lab: what its runs show",
        chapters=chapters(scenarios, found),
        count=len(found),
        meanings=MEANINGS,
        link=lambda run: Path(os.path.relpath(run.path / NAME, runs)).as_posix(),
    )
    path.write_text(text, encoding="utf-8")
    return path
