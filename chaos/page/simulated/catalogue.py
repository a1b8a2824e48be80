"""What the page of simulated runs offers: every variant that runs in virtual time, and the challenges."""

from functools import cache
from typing import Any

from chaos.page.catalogue import catalogue
from chaos.page.simulated.challenges import CHALLENGES


@cache
def choosable() -> dict[str, Any]:
    """As JSON: `scenarios` with their variants, and `challenges` without their solutions."""
    return {"scenarios": _scenarios(), "challenges": [each.told for each in CHALLENGES.values()]}


def _scenarios() -> list[dict[str, Any]]:
    return [
        {**scenario, "variants": [each for each in scenario["variants"] if "sim" in each["runtimes"]]}
        for scenario in catalogue()
    ]
