"""A shell that allows too few open files is told so before anything starts."""

import resource

import pytest

from chaos.cluster import ClusterError
from chaos.runtimes import open_files


@pytest.mark.parametrize("most", [64, 256])
def test_too_few(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (most, most))
    with pytest.raises(ClusterError, match=f"only {most} files may .*`ulimit -n`"):
        open_files.must_be_enough()


@pytest.mark.parametrize(
    ("now", "most", "then"),
    [(256, resource.RLIM_INFINITY, 4096), (256, 1024, 1024), (1024, 1 << 20, 4096), (8192, 8192, None)],
)
def test_it_asks_for_more(monkeypatch: pytest.MonkeyPatch, now: int, most: int, then: int | None) -> None:
    asked: list[int] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (now, most))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits[0]))
    open_files.must_be_enough()
    assert asked == ([] if then is None else [then])
