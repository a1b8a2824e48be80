"""A node in its container: what the engine says of it and does to it.

The node is a child of a supervisor, the container's first process, so the container outlives the node, with
its log and all attached readers. The engine passes two orders to the supervisor, as signals: SIGUSR2 kills
the node (SIGKILL), SIGUSR1 starts it again. A node is dead if its process is gone, whatever the state of its
container: that is what the kernel shows (`docker top`). If the supervisor has no child, its name tells
whether it waits for an order; otherwise it is about to start a node, or to end. Ending the container itself,
as `docker compose kill` does, ends both.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from docker.errors import APIError, NotFound
from docker.models.containers import Container

from chaos.cluster import ClusterError, ProcessState
from chaos.runtimes.compose_file import WAITS
from services.adapters.power import SUPERVISOR

KILL, START = "SIGUSR2", "SIGUSR1"  # a shell that has got both hears the lower one first: see the decision
GONE = ("Z", "X")
SETTLES_S, LOOK_S = 20.0, 0.02  # it takes milliseconds, but a machine may have too much to do

# Whoever has a parent in this process namespace is the node or a child of it: the parents of first processes,
# of health checks and of this shell itself are outside.
KILL_ALL_NODES = """
for status in /proc/[0-9]*/status; do
  while read -r name value _; do
    case $name in
      Pid:) pid=$value ;;
      PPid:) [[ $value == 0 ]] || kill -KILL "$pid" ;;
    esac
  done <"$status"
done
exit 0
"""


def container_state(container: Container) -> ProcessState:
    """What the engine says of the container as a whole."""
    state = container.attrs["State"]
    if not state["Running"]:
        return "dead"
    return "paused" if state["Paused"] else "running"


def node_state(container: Container) -> ProcessState:
    """Whether the node in `container` runs. One that was shot while frozen is paused until it thaws.

    Raises `ClusterError` when that does not show within a deadline.
    """
    deadline = time.monotonic() + SETTLES_S
    while (state := _state_now(container)) is None:
        if time.monotonic() > deadline:
            raise ClusterError(f"{container.name} has had neither a node nor an end for {SETTLES_S:g} s")
        time.sleep(LOOK_S)
        container.reload()
    return state


def _state_now(container: Container) -> ProcessState | None:
    """None between two states: the supervisor has no child, and does not wait for an order either."""
    state = container_state(container)
    if state != "running" or not _is_supervised(container):
        return state
    try:
        processes = _processes(container)
    except APIError:
        return None  # it may have ended since it was looked at
    if _has_node(container, processes):
        return "running"
    return "dead" if any(process["COMMAND"] == WAITS for process in processes) else None


def kill(container: Container) -> None:
    """SIGKILL to the node. One that stands still is killed before it goes on, so it never acts again."""
    if not _is_supervised(container):
        container.kill()
        return
    container.kill(KILL)
    if container_state(container) == "paused":
        _kill_frozen(container)
        container.unpause()


def start(container: Container) -> None:
    """Start the node, and its container if that has ended, too."""
    if container_state(container) == "dead":
        container.start()
    else:
        container.kill(START)


def _is_supervised(container: Container) -> bool:
    """A Compose file that an earlier lab has written knows no supervisor."""
    return SUPERVISOR in (container.attrs["Config"]["Entrypoint"] or ())


def _has_node(container: Container, processes: Sequence[Mapping[str, str]]) -> bool:
    """Has the first process a living child? A health check has another parent."""
    supervisor = str(container.attrs["State"]["Pid"])
    return any(each["PPID"] == supervisor and not each["STAT"].startswith(GONE) for each in processes)


def _processes(container: Container) -> Sequence[Mapping[str, str]]:
    found = container.top(ps_args="-o pid,ppid,stat,comm")
    return [dict(zip(found["Titles"], each, strict=True)) for each in found["Processes"] or ()]


def _kill_frozen(container: Container) -> None:
    """From another container in the same process namespace: nothing in a frozen one acts on a signal."""
    assert container.client and container.image
    killer = container.client.containers.run(
        container.image,
        entrypoint=["bash", "-c"],
        command=[KILL_ALL_NODES],
        pid_mode=f"container:{container.id}",
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        mem_limit="32m",
        pids_limit=16,
        detach=True,
        remove=True,
    )
    with suppress(NotFound):  # it has done its work, and is gone
        killer.wait()
