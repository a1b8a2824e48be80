"""The four lanes of `./lab test`: see `chaos.commands.test`."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Thread

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

CONTAINERS = (
    "tests/contract/cluster/",
    "tests/contract/compose/",
    "tests/end_to_end/test_compose",
)
LOCAL = "[local"  # what holds on every runtime is tried out on processes beside the containers
BESIDE = (  # they look at no other cluster; and when they begin, no browser is at work in their lane any more
    "tests/contract/compose/test_files",
    "tests/contract/compose/test_haunted",
    "tests/contract/compose/test_power",
    "tests/contract/compose/test_scripts",
    "tests/contract/compose/test_supervisor",
)
PROCESSES = (  # theirs are real
    "tests/browser/test_edit.py",
    "tests/browser/test_live_page.py",
    "tests/browser/test_live_page_load.py",
    "tests/browser/test_simulated_page.py",
    "tests/simulation/test_dask.py",
    "tests/simulation/test_interrupted_sweep.py",
)
PATIENT = (
    "tests/bugs/",
    "tests/end_to_end/test_simulated",
    "tests/simulation/",
    "tests/test_tidy.py",
)
PAGES = (  # and what, like them, only calculates: the two patient lanes are to have as much to do
    "tests/browser/",
    "tests/unit/checkers/",
    "tests/unit/history/",
    "tests/unit/interchange/",
    "tests/unit/log/",
    "tests/unit/logdiff/",
    "tests/unit/report/",
)
GIVE_WAY = ("patient", "pages")  # lanes that take what the others leave
MOST = 5  # tests that are named, of each lane
STARVED_S = 1800  # until a test that may have to wait for a processor counts as stuck


class Lanes(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Gives each lane as a whole to the process of its name."""

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node.gateway.id in self.workqueue:
            self.workqueue.move_to_end(node.gateway.id, last=False)
        super()._assign_work_unit(node)


def lane(nodeid: str) -> str:
    """The lane of that test, which is the name of the process that runs it."""
    if nodeid.startswith(CONTAINERS):
        return "processes" if LOCAL in nodeid or nodeid.startswith(BESIDE) else "containers"
    if nodeid.startswith(PROCESSES):
        return "processes"
    if nodeid.startswith(PATIENT):
        return "patient"
    return "pages" if nodeid.startswith(PAGES) else "processes"


def be_patient(items: list[pytest.Item]) -> None:
    """Give time to those that are happy with what is left over."""
    for item in items:
        if lane(item.nodeid) in GIVE_WAY and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(STARVED_S))


def stand_back() -> None:
    """Leave the processors to whoever else wants them.

    Linux may share them out by session first, and only within a session by niceness. So this takes a session
    of its own, and makes that nice. Ctrl-C does not reach it there; it goes when its parent goes.
    """
    os.setsid()
    os.nice(19)
    session = Path("/proc/self/autogroup")
    if session.exists():
        session.write_text("19", encoding="ascii")
    Thread(target=_end_after, args=(os.getppid(),), daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


def times(reports: Iterable[pytest.TestReport]) -> list[str]:
    """How long each lane took, and what took longest in it: a line a lane, the longest lane first."""
    taken_s: dict[str, float] = {}
    for report in reports:
        taken_s[report.nodeid] = taken_s.get(report.nodeid, 0) + report.duration
    lanes: dict[str, list[str]] = {}
    for nodeid in sorted(taken_s, key=taken_s.__getitem__, reverse=True):
        lanes.setdefault(lane(nodeid), []).append(nodeid)
    totals_s = {name: sum(taken_s[nodeid] for nodeid in nodeids) for name, nodeids in lanes.items()}
    longest = {name: [f"{taken_s[test]:.0f} s {test}" for test in lanes[name][:MOST]] for name in lanes}
    ranked = sorted(totals_s, key=totals_s.__getitem__, reverse=True)
    return [f"{name}: {totals_s[name]:.0f} s; {', '.join(longest[name])}" for name in ranked]
