"""The page of a run, or of several side by side: one file that opens anywhere, without a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chaos.judging.verdict import Verdict
from chaos.recording.folder import RunFolder
from chaos.report.axis import zeros
from chaos.report.bands import bands
from chaos.report.cast import cast_of
from chaos.report.columns import us
from chaos.report.contents import Contents, final_contents
from chaos.report.drawing import drawing
from chaos.report.leaderless import WithoutLeader, without_leader
from chaos.report.leaders import SeveralLeaders, several_leaders
from chaos.report.orders import OrderDrawing, order_drawing
from chaos.report.places import Places, places_of
from chaos.report.saved import Saved, read
from chaos.report.story import Statement, story
from chaos.report.words import MEANINGS, Opening, opening

NAME = "report.html"


@dataclass(frozen=True)
class Section:
    """One run, ready for the template."""

    saved: Saved
    opening: Opening
    story: Sequence[Statement]
    contents: Contents
    drawing: Mapping[str, Any]
    order: OrderDrawing | None
    leaderless: WithoutLeader | None
    places: Places | None
    leaders: SeveralLeaders | None


def write_page(folder: RunFolder, about: Mapping[str, Any], verdict: Verdict) -> None:
    """Write `report.html` beside its recording."""
    write_pages([read(folder, about, verdict)], folder.path / NAME)


def write_pages(runs: Sequence[Saved], path: Path) -> None:
    """Write one page of all `runs`; two or more stand side by side."""
    from chaos.report.render import page  # here, because templates cost every start of the lab 50 ms

    zero_is, zeros_ns = zeros(runs)
    sections = [_from_zero(section(saved), zero_ns) for saved, zero_ns in zip(runs, zeros_ns, strict=True)]
    title = " and ".join(saved.name for saved in runs)
    text = page(
        "report.html",
        title=title,
        sections=sections,
        zero_is=zero_is,
        meanings=MEANINGS,
        differing_settings=_differing([saved.about["options"] for saved in runs]),
        measured=list(dict.fromkeys(name for saved in runs for name in saved.verdict.measures)),
    )
    path.write_text(text, encoding="utf-8")


def section(saved: Saved) -> Section:
    """Everything that the page shows of one run."""
    cast, faults, contents = cast_of(saved), bands(saved.history), final_contents(saved)
    told = story(saved, cast, faults, contents)
    drawn = drawing(saved, cast, faults, told)
    return Section(
        saved,
        opening(saved.verdict),
        told,
        contents,
        drawn,
        order=order_drawing(saved),
        leaderless=without_leader(saved, cast),
        places=places_of(saved, cast),
        leaders=several_leaders(saved, cast),
    )


def _from_zero(section: Section, zero_ns: int) -> Section:
    """With the moment that is zero where several runs share an axis."""
    return replace(section, drawing={**section.drawing, "zero": us(zero_ns)})


def _differing(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the settings that are not the same for all."""
    names = dict.fromkeys(name for some in settings for name in some)
    return [name for name in names if any(some.get(name) != settings[0].get(name) for some in settings)]
