"""A simulated cluster that can be looked at without a message, given another seed, and struck by hand."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from random import Random
from typing import Any

import msgspec

from chaos.by_hand.looking import put_together
from chaos.cluster import HEALTHY, ClusterError
from chaos.cluster.seeds import child
from chaos.cluster.shape import Shape
from chaos.faults.fault import Mark
from chaos.faults.targets import everybody
from chaos.runtimes.simulated.clock import RIGHT
from chaos.runtimes.simulated.machine import Machine
from chaos.runtimes.simulation import SimulatedCluster
from services.messages import ReadContents

PAGES = "wal"  # tables in a file of their own: reading them waits for the disk, and so changes the run


class FilmedCluster(SimulatedCluster):
    """It keeps every message, and tells `noted` what is done by hand."""

    def __init__(self, seed: int, shape: Shape) -> None:
        self._drawn: list[tuple[Random, tuple[object, ...]]] = []
        self._turned: int | None = None
        super().__init__(seed, shape, overhear=True)
        self.noted: Callable[[Mark], None] = _to_nobody

    def note(self, mark: Mark) -> None:
        """See `chaos.by_hand.striking.TakesNotes`."""
        self.noted(mark)

    def turn(self, seed: int) -> None:
        """From now on draw all random numbers from `seed`: those of links, disks and nodes."""
        self._turned = seed
        for random, path in self._drawn:
            random.setstate(child(seed, *path).getstate())

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever a node has logged something."""
        self._log_book.listen(lambda _: listener())

    def found(self) -> dict[str, Any]:
        """What `look` would find. No message is sent, so nothing depends on whether somebody looks."""
        accounts = [self._account(node) for node in everybody(self)]
        wires = ((link, self._wires[link].state) for link in self.links if link.touchable)
        struck = [{"link": link.name, **asdict(state)} for link, state in wires if state != HEALTHY]
        return put_together(self, accounts, {"links": struck})

    def held(self, node: str) -> Mapping[str, Any] | None:
        """What that replica holds; None where nobody can look without disturbing it."""
        if self._machines[node].state != "running" or _in_pages(self._crew.settings):
            return None
        try:
            contents: dict[str, Any] = msgspec.to_builtins(self._machines[node].peek(ReadContents()))
        except ClusterError:
            return None
        return contents

    def _account(self, node: str) -> dict[str, Any]:
        machine = self._machines[node]
        account: dict[str, Any] = {"node": node, "process": machine.state, "machine": _trouble(machine)}
        if machine.state != "running":
            return account
        try:
            return {**account, **machine.account().flat()}
        except ClusterError as error:
            return {**account, "error": str(error)}

    def _chance(self, *path: object) -> Random:
        random = child(self._seed if self._turned is None else self._turned, *path)
        self._drawn.append((random, path))
        return random


def _trouble(machine: Machine) -> dict[str, bool]:
    return {"clock_is_right": machine.clock.state == RIGHT, "disk_has_room": not machine.disk.state.full}


def _in_pages(settings: object) -> bool:
    return getattr(settings, "replication_log", "") == PAGES


def _to_nobody(_: Mark) -> None:
    """Before the run has begun nothing is done by hand."""
