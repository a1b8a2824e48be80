"""Whoever leaves `docker compose up` attached sees each life of a node, whatever ended the one before."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from threading import Thread

import pytest
from docker import DockerClient
from docker.models.containers import Container

from chaos.cluster import ClusterError, eventually
from chaos.cluster.links import CONTROLLER
from chaos.faults.pause import Pause
from chaos.runtimes import compose_project
from chaos.runtimes.compose import ComposeCluster
from chaos.runtimes.compose_file import port_variables
from chaos.runtimes.compose_layout import COMPOSE_FILE, switch_of
from chaos.runtimes.compose_project import ComposeProject
from chaos.runtimes.docker_engine import compose, compose_command
from services.logline import parse
from services.settings import USUAL
from services.settings.single_leader import SingleLeaderSettings
from tests.containers import engine, left_of

__all__ = ["engine"]
pytestmark = pytest.mark.compose

UP_S, SEEN_S, STOPPED_S = 120.0, 20.0, 60.0
CALM_S = 0.5
HEALTH_S = 60.0  # several looks of the engine's
ANY_PORTS = dict.fromkeys(port_variables(), "")
BY_HAND = (("pause", "paused"), ("unpause", "running"), ("kill", "dead"), ("start", "running"))
DAY_S = 24 * 3600.0
# A machine that stands still has nobody shot but who is paused.
STONITH = SingleLeaderSettings(stonith=True, detection_timeout_ms=3000)


class Attached:
    """`docker compose up` as somebody leaves it in a terminal, and what it has printed so far."""

    def __init__(self, project: ComposeProject) -> None:
        self.project, self.lines = project, list[str]()
        command = [*compose_command(), "--file", str(COMPOSE_FILE), "--project-name", project.name, "up"]
        self.process = subprocess.Popen(
            [*command, "--build"],
            env=os.environ | ANY_PORTS,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def count(self, words: str) -> int:
        """How many lines have these words."""
        return len([line for line in self.lines if words in line])

    async def shows(self, words: str, times: int = 1, within_s: float = SEEN_S) -> None:
        """Wait until so many lines have these words."""

        async def check() -> None:
            if (found := self.count(words)) < times:
                last = "\n".join(self.lines[-30:])
                raise ClusterError(f"{found} lines instead of {times} have {words!r}, the last ones:\n{last}")

        await eventually(check, within_s)

    async def calm(self, words: str) -> None:
        """Wait until nothing with these words has come for a while."""
        before, found = -1, self.count(words)
        while before != found:
            await asyncio.sleep(CALM_S)
            before, found = found, self.count(words)

    def said_after(self, node: str, time_s: float) -> list[str]:
        """What `node` has said since, by its own clock: a line may be long on its way to here."""
        parsed = [(line, parse(line.partition(" | ")[2])) for line in self.lines]
        times = [(line, each.time_s) for line, each in parsed if each and each.node == node]
        return [line for line, said_s in times if said_s and (said_s - time_s) % DAY_S < DAY_S / 2]

    def stop(self) -> None:
        """Ctrl-C, to its end."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(STOPPED_S)
        self._reader.join()


@pytest.fixture(scope="module")
def up(engine: DockerClient) -> Iterator[Attached]:
    if compose_project.find_running(engine):
        pytest.skip("`docker compose up` runs here already, and there is one such cluster")
    project = ComposeProject(engine, compose_project.new_name())
    attached = Attached(project)
    try:
        yield attached
    finally:
        attached.stop()
        compose("--project-name", project.name, "down", "--volumes", environment=ANY_PORTS)
        assert left_of(engine, project.name) == []


async def taken(up: Attached) -> ComposeCluster:
    await up.shows(" leader-appointed ", within_s=UP_S)
    return ComposeCluster(up.project)


@pytest.mark.parametrize("node", ["n2", "g2", CONTROLLER])
@pytest.mark.parametrize("is_paused", [False, True])
async def test_it_shows_who_was_killed_and_started_again(up: Attached, node: str, is_paused: bool) -> None:
    cluster = await taken(up)
    await up.shows(f" {node} started ")
    lives = up.count(f" {node} started ")
    for again in (1, 2):
        if is_paused:
            await cluster.pause(node)
        await cluster.kill(node)
        assert await cluster.process_state(node) == "dead"
        dead_at_s = time.time()
        await up.calm(f" {node} ")
        assert up.said_after(node, dead_at_s) == [], "who is dead is silent"
        await cluster.restart(node)
        await up.shows(f" {node} started ", lives + again)
        events = [event.time_s for event in cluster.events() if event.node == node]
        assert events == sorted(events)
    assert up.said_after(node, dead_at_s), "it speaks again, and that would have been seen"
    await are_there(up.project, node, 2)
    await cluster.close()


async def test_it_shows_who_was_shot_and_started_again(up: Attached) -> None:
    cluster = await taken(up)
    await cluster.configure(STONITH)
    async with Pause("leader").applied(cluster) as (old,):
        lives = up.count(f" {old} started ")
        await up.shows(f" {old} powered-off ")
    assert await cluster.process_state(old) == "dead", "it stays dead until somebody starts it again"
    assert up.project.container(old).attrs["State"]["Running"]
    await cluster.restart(old)
    await up.shows(f" {old} started ", lives + 1)
    await cluster.configure(USUAL)  # nobody else is to be shot
    await cluster.close()


async def test_who_is_dead_is_unhealthy(up: Attached) -> None:
    cluster = await taken(up)
    await cluster.kill("n3")
    await health_is(up.project, "n3", "unhealthy")
    await cluster.restart("n3")
    await health_is(up.project, "n3", "healthy")
    await cluster.close()


async def test_what_is_done_by_hand_to_its_container_is_seen_too(up: Attached) -> None:
    cluster = await taken(up)
    for node in ("n3", "g1"):
        for by_hand, state in BY_HAND:
            compose("--project-name", up.project.name, by_hand, node, environment=ANY_PORTS)
            assert await cluster.process_state(node) == state
        compose("--project-name", up.project.name, "kill", node, environment=ANY_PORTS)
        await cluster.restart(node)
        assert await cluster.process_state(node) == "running"
        await are_there(up.project, node, 2)
    await nobody_is_left_unburied(up.project.container(switch_of("n3")))
    await cluster.close()


async def health_is(project: ComposeProject, node: str, wanted: str) -> None:
    async def check() -> None:
        if (found := project.container(node).attrs["State"]["Health"]["Status"]) != wanted:
            raise ClusterError(f"{node} is {found}, not {wanted}")

    await eventually(check, HEALTH_S)


async def are_there(project: ComposeProject, node: str, wanted: int) -> None:
    """Wait until so many processes are in it, and none of them a zombie: a supervisor and a node.

    A health check comes and goes: before it begins, and until it is buried, it cannot be told from a node.
    """

    async def check() -> None:
        found = processes(project.container(node))
        if len(found) != wanted or [each for each in found if "Z" in each.split()[1]]:
            raise ClusterError(f"in {node} are {found}")

    await eventually(check, SEEN_S)


async def nobody_is_left_unburied(switch: Container) -> None:
    """Who loses his parent goes to the switch; who has just ended may be on the way."""

    async def check() -> None:
        _, states = switch.exec_run(["bash", "-c", "grep -hs State /proc/[0-9]*/status"])
        assert isinstance(states, bytes) and b"State:" in states, states
        if b"zombie" in states:
            raise ClusterError(states.decode())

    await eventually(check, SEEN_S)


def processes(container: Container) -> list[str]:
    """The states and the words of all processes in it but health checks."""
    found = container.top(ps_args="-o pid,stat,args")["Processes"] or ()
    return [" ".join(each) for each in found if "/dev/tcp/" not in each[-1]]
