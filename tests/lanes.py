"""The three lanes of `./lab test`: see `chaos.commands.test`."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# In the order of the processes to which they are dealt; a test belongs to the first lane that names it.
LANES = {
    "clusters": (
        "tests/contract/cluster/",
        "tests/contract/compose/",
        "tests/end_to_end/test_compose",
        "tests/end_to_end/test_scenarios.py",
    ),
    "virtual": (
        "tests/bugs/",
        "tests/end_to_end/test_simulated",
        "tests/simulation/",
        "tests/unit/checkers/",  # they only calculate
    ),
    "processes": ("tests/",),
}
STARVED_S = 1800  # until a test that may have to wait for a processor counts as stuck


class Lanes(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Deals each lane as a whole to a process, the first to the first."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)


def lane(nodeid: str) -> str:
    """The lane of that test."""
    return next(name for name, places in LANES.items() if nodeid.startswith(places))


def arrange(items: list[pytest.Item]) -> None:
    """Sort them by lane, and give the patient ones time."""
    order = list(LANES)
    items.sort(key=lambda item: order.index(lane(item.nodeid)))
    for item in items:
        if lane(item.nodeid) == "virtual" and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(STARVED_S))
