"""The idea of a scenario in two sentences, as it stands at the head of its reports."""

import pytest

from chaos.catalogue.discover import scenario_ids
from chaos.catalogue.idea import idea_of


@pytest.mark.parametrize("scenario", scenario_ids())
def test_every_scenario_has_an_idea_that_fits_on_a_page(scenario: str) -> None:
    idea = idea_of(scenario)
    assert idea.endswith((".", "?"))
    assert 40 < len(idea) < 420
    assert "`" not in idea


def test_the_idea_is_the_first_two_sentences() -> None:
    assert idea_of("node-down") == "A home is away and misses writes. Nobody minds: two of three are enough."
    assert "INSERT … VALUES (now(), rand()) has" in idea_of("statement-log")
    assert idea_of("no-such-scenario") == ""
