"""A Compose project of the lab: found or started, and its containers by the name of their service.

It never remembers which containers belong to it, but asks the engine by label every time.
"""

import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container

from chaos.cluster import ClusterError, WhichError
from chaos.cluster.crew import Crew
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.compose_file import compose_text, networks, port_variables
from chaos.runtimes.compose_layout import ROOT, TOXIPROXY, switch_of
from chaos.runtimes.compose_subnets import TAKEN, addresses
from chaos.runtimes.docker_engine import compose

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
FOLDER_LABEL = "com.docker.compose.project.working_dir"
LASTING = "com.docker.compose.oneoff=False"  # none of `docker compose run`
RUN_LABEL, ROLE_LABEL = "lab.run", "lab.role"
DEFAULT_RUN = "default"
MADE_AT_START = "/setup/token"  # what the nodes ask of whoever gives them orders


class TakenError(ClusterError):
    """Another cluster, starting at the same moment, has the same networks."""


@dataclass(frozen=True)
class ComposeProject:
    """The containers of one cluster."""

    engine: DockerClient
    name: str

    def container(self, service: str) -> Container:
        """The container of `service` as it is now; `ClusterError` when there is none."""
        labels = [f"{PROJECT_LABEL}={self.name}", f"{SERVICE_LABEL}={service}", LASTING]
        found = self.engine.containers.list(all=True, ignore_removed=True, filters={"label": labels})
        if len(found) > 1:
            raise ClusterError(
                f"{self.name} has {len(found)} containers for {service!r}, and a node is one; "
                f"`docker compose up --detach --scale {service}=1` leaves one"
            )
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
        """The token that this cluster has made itself; the engine reads it out of a node."""
        node = self.container("n1")
        try:
            archive, _ = node.get_archive(MADE_AT_START)
        except NotFound as error:
            raise ClusterError(
                f"{self.name} has no token at {MADE_AT_START}; `docker compose up --build` starts it anew"
            ) from error
        with tarfile.open(fileobj=io.BytesIO(b"".join(archive))) as files:
            file = files.extractfile(MADE_AT_START.rpartition("/")[2])
            assert file, "it is a file"
            return file.read().decode()

    def shape(self) -> Shape:
        """Who is in it, from what a node was told."""
        told = self.environment("n1")
        companions = json.loads(told.get("LAB_COMPANIONS", "{}"))
        return Shape(
            replicas=len(told["LAB_REPLICAS"].split(",")),
            gateways=len(told["LAB_GATEWAYS"].split(",")),
            companions=tuple(Companion(name, role) for name, role in companions.items()),
        )

    def environment(self, service: str) -> dict[str, str]:
        """The environment variables of `service`."""
        variables: list[str] = self.container(service).attrs["Config"]["Env"]
        return dict(variable.split("=", 1) for variable in variables)


def find_running(engine: DockerClient, name: str | None = None) -> ComposeProject | None:
    """The cluster that `docker compose up` started in this folder, if it is up: the one called `name`.

    Without a name there may be only one. Raises `WhichError` otherwise, and for another folder's.
    """
    labels = [f"{RUN_LABEL}={DEFAULT_RUN}", LASTING]
    up = _folders(engine.containers.list(ignore_removed=True, filters={"label": labels}))
    if name is not None and up.get(name, ROOT.resolve()) != ROOT.resolve():
        raise _elsewhere(name, up[name])
    ours = sorted(project for project, folder in up.items() if folder == ROOT.resolve())
    if name is None and len(ours) > 1:
        raise WhichError(f"{len(ours)} clusters are up: {', '.join(ours)}; say which: `--project {ours[0]}`")
    wanted = [project for project in ours if name in (None, project)]
    return ComposeProject(engine, wanted[0]) if wanted else None


def must_be_ours(engine: DockerClient, name: str) -> None:
    """Raise `WhichError` when the project `name` is another folder's, whose containers would be replaced."""
    labels = [f"{PROJECT_LABEL}={name}"]
    found = engine.containers.list(all=True, ignore_removed=True, filters={"label": labels})
    for folder in _folders(found).values():
        if folder != ROOT.resolve():
            raise _elsewhere(name, folder)


def _folders(containers: Iterable[Container]) -> dict[str, Path]:
    """Where each project of these containers was started."""
    labels = (container.labels for container in containers)
    return {each[PROJECT_LABEL]: Path(each.get(FOLDER_LABEL, "")).resolve() for each in labels}


def _elsewhere(name: str, folder: Path) -> WhichError:
    return WhichError(
        f"the cluster {name} belongs to {folder}, whose lab may work on it; call another one otherwise: "
        "`--project NAME`"
    )


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
    environment = dict.fromkeys(port_variables(shape), "") | {"LAB_RUN": name, "LAB_HEALTH_INTERVAL": "1m"}
    project_file = directory / "docker-compose.yml"
    subnets = addresses(engine, networks(shape))
    project_file.write_text(compose_text(shape, name=name, addresses=subnets), encoding="utf-8")

    def call(*arguments: str) -> None:
        options = ("--project-directory", str(ROOT), "--project-name", name, *arguments)
        compose(*options, file=project_file, environment=environment, process_group=process_group)

    try:
        switches = map(switch_of, shape.machines)  # they are there from the start, spare replicas are not
        call("up", "--detach", "--build", "--quiet-pull", TOXIPROXY, *switches, *Crew(shape).at_work)
        if shape.spares:
            call("create", "--no-recreate", *shape.spare_names)
    except ClusterError as error:
        if TAKEN in str(error):
            raise TakenError(str(error)) from error
        raise ClusterError(
            f"{error}\n(if no image registry is in reach: `./lab images --offline`)"
        ) from error
    return ComposeProject(engine, name)
