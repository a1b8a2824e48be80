"""What container runs left on this machine, because the process that cleans up after them was killed.

Only labels and the lab's names tell these things from other people's; a run that is under way looks the same.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from docker import DockerClient

from chaos.cluster import ClusterError
from chaos.runtimes.compose_project import PROJECT_LABEL
from chaos.runtimes.reaper import remove_compose

NAME_OF_A_RUN = re.compile(r"lab-[0-9a-f]{8}")


def left_behind(engine: DockerClient) -> Mapping[str, str]:
    """Each cluster of a run, by its project's name, and how much is there of it."""
    counts: dict[str, Counter[str]] = {}
    for kind, project in _everything(engine):
        if NAME_OF_A_RUN.fullmatch(project):
            counts.setdefault(project, Counter())[kind] += 1
    return {
        project: ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in count.items())
        for project, count in sorted(counts.items())
    }


def remove(project: str) -> None:
    """Remove all that a run has left under this name. Raises `ClusterError` for a name that no run has."""
    if not NAME_OF_A_RUN.fullmatch(project):
        raise ClusterError(f"no run is called {project!r}; `./lab doctor` names what runs have left")
    remove_compose(project)


def _everything(engine: DockerClient) -> Iterator[tuple[str, str]]:
    """The kind of each thing that belongs to some Compose project, and that project's name."""
    for container in engine.containers.list(all=True, ignore_removed=True, filters={"label": PROJECT_LABEL}):
        yield "container", container.labels[PROJECT_LABEL]
    for network in engine.networks.list(filters={"label": PROJECT_LABEL}):
        yield "network", network.attrs["Labels"][PROJECT_LABEL]
    for volume in engine.volumes.list(filters={"label": PROJECT_LABEL}):
        yield "volume", volume.attrs["Labels"][PROJECT_LABEL]
