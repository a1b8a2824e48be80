"""`./lab list`: the catalogue, as far as it runs."""

import json
from typing import Annotated, Any

import typer

from chaos.catalogue.discover import usable_scenarios
from chaos.catalogue.scenario import Scenario
from chaos.sessions.task import runtimes_of


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("list")(list_scenarios)


def list_scenarios(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the scenarios, their variants, and what each variant must show or prevent.

    Broken scenario files are named on standard error; the others are listed.
    """
    usable, broken = usable_scenarios()
    for complaint in broken:
        typer.echo(f"lab: {complaint}", err=True)
    rows = [row(scenario) for scenario in usable]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    for entry in rows:
        typer.echo(f"{entry['section']}  {entry['id']}: {entry['title']}")
        for runtime, what in entry["runs_with"].items():
            typer.echo(f"     on {runtime}: {what}")
        for variant in entry["variants"]:
            mark, verb = ("!", "shows") if variant["kind"] == "problem" else ("✓", "is free of")
            typer.echo(f"   {mark} {variant['name']:<20} {verb} {', '.join(variant['anomalies'])}")
            for runtime, reason in variant["not_on"].items():
                typer.echo(f"     {'':<20} not on {runtime}: {reason}")
            if reason := variant["only_in_its_story"]:
                typer.echo(f"     {'':<20} not under faults by chance: {reason}")


def row(scenario: Scenario) -> dict[str, Any]:
    """One scenario for `list --json`; a remedy lists the anomalies that it must be free of."""
    variants = [
        {
            "name": variant.name,
            "kind": variant.kind,
            "anomalies": list(scenario.judged_for(variant)),
            "runtimes": list(runtimes_of(scenario, variant)),
            "not_on": dict(scenario.not_on_for(variant)),
            "only_in_its_story": variant.only_in_its_story,
        }
        for variant in scenario.variants
    ]
    return {
        "id": scenario.id,
        "section": scenario.section,
        "title": scenario.title,
        "runs_with": dict(scenario.runs_with),
        "variants": variants,
    }
