"""The two lanes of `./lab test`: see `chaos.commands.test`.

Tests in virtual time, and those that only calculate, give the same result however little of a processor
they get. The others deal with real processes, containers and browsers.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

PATIENT = (
    "tests/bugs/",
    "tests/simulation/",
    "tests/end_to_end/test_simulated_scenarios.py",
    "tests/unit/checkers/",
)
STARVED_S = 1800  # until a test that may have to wait for a processor counts as stuck


class Lanes(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Deals each lane as a whole to one of the two processes, the first one to the first."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)


def lane(nodeid: str) -> str:
    """The lane of that test."""
    return "virtual" if nodeid.startswith(PATIENT) else "real"


def arrange(items: list[pytest.Item]) -> None:
    """Put the lane that is dealt first to the front, and give the patient ones time."""
    items.sort(key=lambda item: lane(item.nodeid))
    for item in items:
        if lane(item.nodeid) == "virtual" and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(STARVED_S))
