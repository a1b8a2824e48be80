"""The three lanes of `./lab test`: see `chaos.commands.test`."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# By the name of the process that runs them; a test belongs to the first lane that names it.
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
    """Gives each lane as a whole to the process of its name."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node.gateway.id in self.workqueue:
            self.workqueue.move_to_end(node.gateway.id, last=False)
        super()._assign_work_unit(node)


def lane(nodeid: str) -> str:
    """The lane of that test."""
    return next(name for name, places in LANES.items() if nodeid.startswith(places))


def be_patient(items: list[pytest.Item]) -> None:
    """Give time to those that are happy with what is left over."""
    for item in items:
        if lane(item.nodeid) == "virtual" and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(STARVED_S))
