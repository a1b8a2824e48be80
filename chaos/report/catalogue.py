"""What all saved runs together say: for each anomaly, which variants show it and which survive it, how often.

Only recordings count, so anybody with the folders can make the page again, and every number in it leads to a
run.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from chaos.catalogue.idea import idea_of
from chaos.catalogue.scenario import Scenario
from chaos.judging.verdict import Verdict
from chaos.recording.folder import RunFolder
from chaos.report.book import PARTS, place
from chaos.report.page import NAME
from chaos.report.words import MEANINGS

RUNTIMES = ("sim", "local", "compose")


@dataclass(frozen=True)
class Run:
    """A run that was judged: where it is, and the command that repeats it."""

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
        """The runs about which the checker of `anomaly` said `answer`."""
        return [
            run
            for run in self.runs
            if any(f.name == anomaly and f.found is answer for f in run.verdict.anomalies)
        ]

    @property
    def as_expected(self) -> int:
        """How many runs came out as the variant promises."""
        return sum(run.verdict.as_expected is True for run in self.runs)

    @property
    def runtimes(self) -> tuple[str, ...]:
        """The runtimes with runs of it."""
        return tuple(name for name in RUNTIMES if self.on(name).runs)

    def on(self, runtime: str) -> "Tried":
        """The runs on one runtime alone."""
        return replace(self, runs=[run for run in self.runs if run.verdict.runtime == runtime])

    @property
    def tone(self) -> str:
        """`bad` if a run was not as expected, `unsure` if one is unknown, `none` without runs, or `good`."""
        outcomes = [run.verdict.as_expected for run in self.runs]
        if not outcomes:
            return "none"
        return "bad" if False in outcomes else "unsure" if None in outcomes else "good"


@dataclass(frozen=True)
class Chapter:
    """One scenario with its variants; those never run are there with no runs."""

    id: str
    section: str
    title: str
    anomalies: tuple[str, ...]
    variants: tuple[Tried, ...]
    idea: str = ""

    @property
    def marks(self) -> str:
        """Classes for the filters: its part, where it ran, what is amiss, what was not run yet."""
        found = dict.fromkeys(runtime for variant in self.variants for runtime in variant.runtimes)
        tones = {variant.tone for variant in self.variants}
        states = {"is-odd": tones & {"bad", "unsure"}, "is-open": tones & {"none"}}
        there = [name for name, reasons in states.items() if reasons]
        return " ".join((f"part-{self.section}", *(f"on-{name}" for name in found), *there))

    def of_kind(self, kind: str) -> list[Tried]:
        """The problems, or the remedies."""
        return [variant for variant in self.variants if variant.kind == kind]


def judged_runs(runs: Path) -> Iterator[Run]:
    """Every finished run under `runs`, in the order of their folders; unfinished ones are skipped."""
    for path in sorted(runs.glob("*/*/*/verdict.json")):
        folder = RunFolder(path.parent)
        about = folder.read_json("run.json")
        verdict = msgspec.convert(folder.read_json("verdict.json"), Verdict)
        yield Run(folder.path, verdict, about["command"], about["start"])


def chapters(scenarios: Iterable[Scenario], runs: Iterable[Run]) -> list[Chapter]:
    """The catalogue in the book's order, with its runs; runs of scenarios not in it (any more) come last."""
    by_variant: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        by_variant.setdefault((run.verdict.scenario, run.verdict.variant), []).append(run)
    ordered = sorted(scenarios, key=lambda scenario: place(scenario.section, scenario.id))
    found = [_chapter(scenario, by_variant) for scenario in ordered]
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
    about = (scenario.id, scenario.section, scenario.title, scenario.checkers)
    return Chapter(*about, tuple(variants), idea_of(scenario.id))


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
        styles=("assets/page.css", "assets/index.css"),
        parts=PARTS,
        runtimes=RUNTIMES,
        title="The replication lab: what its runs show",
        chapters=chapters(scenarios, found),
        count=len(found),
        meanings=MEANINGS,
        link=lambda run: Path(os.path.relpath(run.path / NAME, runs)).as_posix(),
    )
    path.write_text(text, encoding="utf-8")
    return path
