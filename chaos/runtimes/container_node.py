"""A node in its container: what the engine says of it and does to it.

The node is a child of a supervisor, the container's first process, so the container outlives it, with its log
and everybody who is attached. The engine passes the supervisor two orders, as signals: SIGUSR1 kills the node
(SIGKILL), SIGUSR2 starts it again. A node is dead if it is not there, whatever becomes of its container; that
is not what the supervisor says but what the kernel shows (`docker top`). Whoever ends the container itself,
as `docker compose kill` does, ends both.
"""

from contextlib import suppress

from docker.errors import APIError, NotFound
from docker.models.containers import Container

from chaos.cluster import ProcessState
from services.adapters.power import SUPERVISOR

KILL, START = "SIGUSR1", "SIGUSR2"
GONE = ("Z", "X")

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
    """Whether the node in `container` runs. One that was shot while frozen is paused until it thaws."""
    state = container_state(container)
    if state != "running" or not _is_supervised(container) or _has_node(container):
        return state
    return "dead"


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


def _has_node(container: Container) -> bool:
    """Has the first process a living child? A health check has another parent."""
    supervisor = str(container.attrs["State"]["Pid"])
    try:
        found = container.top(ps_args="-o pid,ppid,stat")
    except APIError:
        container.reload()
        if container_state(container) == "running":
            raise
        return False  # it has ended since it was looked at
    processes = [dict(zip(found["Titles"], each, strict=True)) for each in found["Processes"] or ()]
    return any(each["PPID"] == supervisor and not each["STAT"].startswith(GONE) for each in processes)


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
