"""Which containers are meant: this folder's, of one cluster, and none that somebody started besides."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from docker import DockerClient

from chaos.cluster import ClusterError, WhichError
from chaos.runtimes.compose_layout import ROOT
from chaos.runtimes.compose_project import (
    FOLDER_LABEL,
    PROJECT_LABEL,
    SERVICE_LABEL,
    ComposeProject,
    find_running,
    must_be_ours,
)


def container(project: str, service: str = "n1", folder: object = ROOT, oneoff: bool = False) -> Any:
    labels = {PROJECT_LABEL: project, SERVICE_LABEL: service, FOLDER_LABEL: str(folder)}
    labels |= {"lab.run": "default", "com.docker.compose.oneoff": str(oneoff)}
    return SimpleNamespace(labels=labels)


def engine(*containers: Any) -> DockerClient:
    """It filters by labels, as the real one does."""

    def listed(filters: dict[str, list[str]], **_: Any) -> list[Any]:
        wanted = dict(label.split("=", 1) for label in filters["label"])
        return [each for each in containers if wanted.items() <= each.labels.items()]

    return cast(DockerClient, SimpleNamespace(containers=SimpleNamespace(list=listed)))


def test_the_only_one_needs_no_name_whatever_it_is_called() -> None:
    found = find_running(engine(container("two"), container("two", "toxiproxy")))
    assert found and found.name == "two"
    assert find_running(engine()) is None
    assert find_running(engine(container("two")), "one") is None


def test_several_need_one() -> None:
    both = engine(container("replication-lab"), container("two"))
    with pytest.raises(WhichError, match="2 clusters are up: replication-lab, two; say which: `--project"):
        find_running(both)
    for name in ("replication-lab", "two"):
        found = find_running(both, name)
        assert found and found.name == name


def test_another_folders_cluster_is_left_alone() -> None:
    other = engine(container("replication-lab", folder="/somewhere/else"))
    assert find_running(other) is None
    with pytest.raises(WhichError, match="belongs to /somewhere/else"):
        find_running(other, "replication-lab")
    with pytest.raises(WhichError, match="belongs to /somewhere/else"):
        must_be_ours(other, "replication-lab")
    must_be_ours(other, "another-name")
    must_be_ours(engine(container("replication-lab")), "replication-lab")


def test_a_container_that_was_run_besides_is_no_node() -> None:
    node, besides = container("lab"), container("lab", oneoff=True)
    assert ComposeProject(engine(besides, node), "lab").container("n1") is node
    with pytest.raises(ClusterError, match=r"2 containers for 'n1'.*--scale n1=1"):
        ComposeProject(engine(node, container("lab")), "lab").container("n1")
    assert find_running(engine(besides)) is None
