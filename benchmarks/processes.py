"""The processes of a local cluster by what they are, and what they use.

Nodes are forked by a process that has loaded their code, so neither their command lines nor their
environments tell them apart. The ports at which they listen do.
"""

from collections.abc import Iterator
from contextlib import suppress

import psutil

from chaos.runtimes.local import LocalCluster


def processes(lab: LocalCluster) -> Iterator[tuple[str, psutil.Process]]:
    """Every process that this one has started, with its node's name, or else with what it runs."""
    nodes = {int(lab.door(node)[0].rpartition(":")[2]): node for node in lab.addresses}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it ends at this moment
            ports = [each.laddr.port for each in process.net_connections("tcp") if each.status == "LISTEN"]
            node = next((nodes[port] for port in ports if port in nodes), None)
            yield node or _told_by(process.cmdline()), process


def _told_by(command: list[str]) -> str:
    for part, name in (("chaos.proxy", "proxy"), ("reaper", "reaper"), ("warm", "nursery or proxy")):
        if any(part in word for word in command):
            return name
    return "etcd" if command[0].endswith("etcd") else "other"
