"""What the page of simulated runs offers: every variant that runs in virtual time, and the challenges."""

from functools import cache
from typing import Any

from chaos.catalogue.discover import usable_scenarios
from chaos.page.simulated.challenges import CHALLENGES
from chaos.runtimes.registry import RUNTIMES
from chaos.sessions.session import why_not_on


@cache
def choosable() -> dict[str, Any]:
    """As JSON: `scenarios` with their variants, and `challenges` without their solutions."""
    return {"scenarios": _scenarios(), "challenges": [each.told for each in CHALLENGES.values()]}


def _scenarios() -> list[dict[str, Any]]:
    sim = RUNTIMES["sim"]
    return [
        {
            "id": scenario.id,
            "title": scenario.title,
            "variants": [
                {"name": variant.name, "kind": variant.kind}
                for variant in scenario.variants
                if not why_not_on(sim, scenario, variant)
            ],
        }
        for scenario in usable_scenarios()[0]
    ]
