"""How many files may be open: each connection is one, and nodes inherit the limit of the lab."""

import resource

from chaos.cluster import ClusterError

LEAST, WANTED = 512, 4096


def allowed() -> int:
    """The most that this process may have open, once it has asked for it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return WANTED if most == resource.RLIM_INFINITY else most


def must_be_enough() -> None:
    """Raise the limit to what a cluster may need. Raises `ClusterError` when that is not allowed."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed() < LEAST:
        raise ClusterError(
            f"only {allowed()} files may be open here, and a cluster may need {LEAST}: start from a shell "
            "with a higher limit (`ulimit -n` shows it)"
        )
    if now < WANTED:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(WANTED, allowed()), most))
