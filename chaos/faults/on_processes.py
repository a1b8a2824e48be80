"""What the process faults share: the proof that a process is in the state that the fault promises."""

from chaos.cluster import Cluster, ProcessState
from chaos.faults.fault import DidNotBite


async def must_be(cluster: Cluster, node: str, state: ProcessState) -> None:
    """Raise `DidNotBite` unless the operating system says that the process of `node` is in `state`."""
    found = await cluster.process_state(node)
    if found != state:
        raise DidNotBite(f"{node} was to be {state}, but its process is {found}")
