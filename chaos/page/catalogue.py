"""The scenarios that can be started from a page, in the book's order."""

from collections.abc import Mapping
from typing import Any

from chaos.catalogue.discover import usable_scenarios
from chaos.sessions.task import runtimes_of


def catalogue() -> list[Mapping[str, Any]]:
    """Every scenario that can be used, with its variants and where each runs."""
    return [
        {
            "id": scenario.id,
            "title": scenario.title,
            "variants": [
                {"name": variant.name, "kind": variant.kind, "runtimes": runtimes_of(scenario, variant)}
                for variant in scenario.variants
            ],
        }
        for scenario in usable_scenarios()[0]
    ]
