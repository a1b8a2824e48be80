"""The lanes of the suite: who runs where, and what each took."""

import pytest

from tests.lanes import MOST, lane, times


@pytest.mark.parametrize(
    ("test", "runs_in"),
    [
        ("tests/end_to_end/test_compose_scenarios.py::test_a[x]", "containers"),
        ("tests/contract/cluster/test_links.py::test_a[compose-n1]", "containers"),
        ("tests/contract/cluster/test_links.py::test_a[local-n1]", "processes"),
        ("tests/end_to_end/test_scenarios.py::test_a", "processes"),
        ("tests/simulation/test_dask.py::test_a", "processes"),
        ("tests/browser/test_edit.py::test_a", "processes"),
        ("tests/browser/test_live_page_load.py::test_a", "processes"),
        ("tests/browser/test_live_page_beside.py::test_a", "pages"),
        ("tests/browser/test_report.py::test_a", "pages"),
        ("tests/unit/report/test_size.py::test_a", "pages"),
        ("tests/unit/test_bell.py::test_a", "processes"),
        ("tests/simulation/test_disk.py::test_a", "patient"),
        ("tests/test_tidy.py::test_a", "patient"),
    ],
)
def test_who_runs_where(test: str, runs_in: str) -> None:
    assert lane(test) == runs_in


def report(test: str, duration: float) -> pytest.TestReport:
    return pytest.TestReport(test, ("", 0, ""), {}, "passed", None, "call", duration=duration)


def test_times_are_those_of_setting_up_too() -> None:
    slow, quick = "tests/test_tidy.py::test_slow", "tests/browser/test_quick.py::test_quick"
    many = [report(f"tests/unit/test_{number}.py::test_a", 1) for number in range(MOST + 5)]
    first, second, third = times([report(slow, 10), report(slow, 2.5), report(quick, 1), *many])
    assert first == f"patient: 12 s; 12 s {slow}"
    assert third == f"pages: 1 s; 1 s {quick}"
    assert second.startswith("processes: 10 s; 1 s tests/unit/test_0.py::test_a, ")
    assert second.count("::") == MOST
