"""The page of a run: one file that opens anywhere, without a network."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from string import Template
from typing import Any

from chaos.folder import RunFolder
from chaos.history import Event, History
from chaos.narrator import in_words
from chaos.report.words import headline, sentences
from chaos.verdict import Verdict
from services.logline import is_notable

PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } th, td { text-align: left; padding: .2rem .8rem .2rem 0;
  vertical-align: top }
.fine { color: #176b2c } .bad { color: #a3150f } .doubt { color: #8a5a00 } code { overflow-wrap: anywhere }
</style>
<h1>$title</h1>
<p class="$tone"><strong>$headline</strong></p>
<ul>$sentences</ul>
<h2>Repeat it</h2><p><code>$command</code></p>
<h2>What happened</h2>$happenings
<h2>Witnesses</h2>$witnesses
<h2>Measures</h2>$measures
<h2>Settings</h2>$settings
</html>
""")


def write_page(folder: RunFolder, about: Mapping[str, Any], verdict: Verdict) -> None:
    """Write `report.html` beside the recording that it tells of."""
    history = History.load(folder.history)
    said = sentences(verdict.problems, verdict.anomalies)
    tone = {True: "fine", False: "bad", None: "doubt"}[verdict.as_expected]
    page = PAGE.substitute(
        title=escape(f"{verdict.scenario}: {verdict.variant} ({verdict.kind}), on {verdict.runtime}"),
        tone=tone,
        headline=escape(headline(verdict.kind, verdict.as_expected)),
        sentences="".join(f"<li>{escape(sentence)}</li>" for sentence in said),
        command=escape(about["command"]),
        happenings=_table(("second", "who", "what"), _happenings(folder, history)),
        witnesses=_table(("anomaly", "event", "second", "what"), _witness_rows(history, verdict)),
        measures=_table(("measure", "value"), verdict.to_json()["measures"].items()),
        settings=_table(("setting", "value"), [*about["options"].items(), ("seed", verdict.seed)]),
    )
    (folder.path / "report.html").write_text(page, encoding="utf-8")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"


def _happenings(folder: RunFolder, history: History) -> Iterable[Sequence[object]]:
    """The faults, and what stands out in the nodes' logs, in the order of time."""
    faults = [(event.time / 1e9, "fault", f"{event.f} {event.value}") for event in history.nemesis]
    notable = (event for event in folder.read_events() if is_notable(event.event))
    deeds = [(event.time_s, event.node, in_words(event)) for event in notable]
    return [(f"{second:.3f}", who, what) for second, who, what in sorted(faults + deeds)]


def _witness_rows(history: History, verdict: Verdict) -> Iterable[Sequence[object]]:
    for finding in verdict.anomalies:
        for witness in finding.witnesses:
            yield finding.name, "", "", witness.text
            for index in witness.ops:
                event = history.events[index]
                yield "", index, f"{event.time / 1e9:.3f}", _in_words(event)


def _in_words(event: Event) -> str:
    who = f" by {event.node} in epoch {event.epoch}" if event.type == "ok" and event.node else ""
    error = f" ({event.error})" if event.error else ""
    return f"process {event.process} {event.type}: {event.f} {event.key} = {event.value}{who}{error}"
