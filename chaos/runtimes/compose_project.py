"""A Compose project of the lab: found or started, and its containers by the name of their service.

Which containers belong to it is never remembered: the engine is asked by label, every time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from docker import DockerClient
from docker.models.containers import Container

from chaos.cluster import ClusterError
from chaos.runtimes.compose_layout import ROOT, TOXIPROXY, proxies_json
from chaos.runtimes.compose_shape import disk_of, reshaped
from chaos.runtimes.compose_subnets import TAKEN, addresses
from chaos.runtimes.crew import Crew
from chaos.runtimes.docker_engine import compose
from chaos.shape import Shape

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
FOLDER_LABEL = "com.docker.compose.project.working_dir"
RUN_LABEL, ROLE_LABEL = "lab.run", "lab.role"
DEFAULT_RUN = "default"
PORT_VARIABLES = (
    *("LAB_PORT_TOXIPROXY", "LAB_PORT_G1", "LAB_PORT_G2", "LAB_PORT_LAB_CONTROLLER"),
    *(f"LAB_PORT_LAB_{node}" for node in ("N1", "N2", "N3", "G1", "G2")),
)


class TakenError(ClusterError):
    """Another cluster, starting at the same moment, has the same networks."""


@dataclass(frozen=True)
class ComposeProject:
    """The containers of one cluster."""

    engine: DockerClient
    name: str

    def container(self, service: str) -> Container:
        """The container of `service` as it is now; `ClusterError` when there is none."""
        labels = [f"{PROJECT_LABEL}={self.name}", f"{SERVICE_LABEL}={service}"]
        found = self.engine.containers.list(all=True, ignore_removed=True, filters={"label": labels})
        if not found:
            raise ClusterError(
                f"{self.name} has no container for {service!r}; `docker compose up --detach` makes it again"
            )
        return found[0]

    def url(self, service: str, port: int) -> str:
        """The base URL at which this machine reaches `port` of `service`.

        Asked anew after each restart: the engine gives a port that was left open to it another number.
        """
        published = self.container(service).ports.get(f"{port}/tcp")
        if not published:
            raise ClusterError(f"{service} of {self.name} publishes no port {port}: has its container died?")
        return f"http://{published[0]['HostIp']}:{published[0]['HostPort']}"

    def token(self) -> str:
        """The run's token, from a node's environment."""
        variables: list[str] = self.container("n1").attrs["Config"]["Env"]
        return dict(variable.split("=", 1) for variable in variables)["LAB_TOKEN"]


def find_running(engine: DockerClient) -> ComposeProject | None:
    """The cluster that `docker compose up` started in this folder, if it is up."""
    labels = [f"{RUN_LABEL}={DEFAULT_RUN}", f"{ROLE_LABEL}={TOXIPROXY}"]
    for container in engine.containers.list(ignore_removed=True, filters={"label": labels}):
        if Path(container.labels[FOLDER_LABEL]).resolve() == ROOT.resolve():
            return ComposeProject(engine, container.labels[PROJECT_LABEL])
    return None


def new_name() -> str:
    """A project name that no other run has."""
    return f"lab-{token_hex(4)}"


def start(
    engine: DockerClient, name: str, process_group: int, shape: Shape, directory: Path
) -> ComposeProject:
    """Start the project `name` beside others: its own labels, token, and whatever ports are free.

    The compose command joins `process_group`, so that it cannot go on making containers alone. The files
    of the project go into `directory`, which must stay as long as it runs. Spares are made, not started.
    Raises `TakenError` when somebody else took its networks meanwhile: clear away, and try again.
    """
    environment = dict.fromkeys(PORT_VARIABLES, "") | {"LAB_RUN": name, "LAB_TOKEN": token_hex(16)}
    project_file = _write_files(engine, shape, directory, environment)

    def call(*arguments: str) -> None:
        options = ("--project-name", name, *arguments)
        compose(*options, file=project_file, environment=environment, process_group=process_group)

    try:
        disks = map(disk_of, shape.spare_names)  # they are there from the start, their replicas are not
        call("up", "--detach", "--build", "--quiet-pull", TOXIPROXY, *Crew(shape).at_work, *disks)
        if shape.spares:
            call("create", "--no-recreate", *shape.spare_names)
    except ClusterError as error:
        if TAKEN in str(error):
            raise TakenError(str(error)) from error
        raise ClusterError(
            f"{error}\n(if no image registry is in reach: `./lab images --offline`)"
        ) from error
    return ComposeProject(engine, name)


def _write_files(engine: DockerClient, shape: Shape, directory: Path, environment: Mapping[str, str]) -> Path:
    """The Compose file of a project of `shape`, made from the one that everybody uses."""
    default = json.loads(compose("config", "--format", "json", environment=environment))
    proxies_file, project_file = directory / "toxiproxy.json", directory / "compose.json"
    proxies_file.write_text(proxies_json(shape), encoding="utf-8")
    proxies_file.chmod(0o644)  # Toxiproxy runs as nobody
    project = reshaped(default, shape, proxies_file)
    for network, address in addresses(engine, project["networks"]).items():
        project["networks"][network] |= {"ipam": {"config": [address]}}
    project_file.write_text(json.dumps(project), encoding="utf-8")
    return project_file
