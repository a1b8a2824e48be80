"""What `./lab logs` does: the lines of all nodes as one story, in the order of time, with the faults in it.

Each node's lines take a moment to get here. Whoever follows sees a line only when those that came before
it have had `PATIENCE_S` to arrive; a line that is later still is shown out of order rather than not.
"""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import typer

from chaos.catalogue.discover import nearest
from chaos.cluster import Cluster, Event
from chaos.cluster.links import CONTROLLER
from chaos.commands.watch import Level
from chaos.faults.targets import everybody
from chaos.history import NEMESIS
from chaos.running.narrator import Story
from chaos.runtimes import playground
from chaos.runtimes.event_file import EventFile
from chaos.runtimes.state import faults_file
from services import logline
from services.adapters.clock import SystemClock
from services.logline import LogLine

POLL_S = 0.2
PATIENCE_S = 0.5
HEALED = (
    "stop-",
    "start",
    "resume",
    "thaw",
    "fast",
    "reset-",
)  # how the ends of faults begin, `start-…` apart
OUTPUT = "output"  # a line that is none of a node's log, such as a traceback


@dataclass(frozen=True)
class Wanted:
    """Which lines to show: of these nodes and roles (of all, where none is named), and from which level on.

    `notable` are role changes, refusals and what a node said as it died. Faults are always shown.
    """

    nodes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    level: Level = "all"

    def shows(self, event: Event) -> bool:
        """Is this line wanted?"""
        if event.node == NEMESIS:
            return True
        stands_out = logline.is_notable(event.event) or event.event == OUTPUT
        return (
            (not self.nodes or event.node in self.nodes)
            and (not self.roles or event.fields.get("role") in self.roles)
            and (self.level == "all" or stands_out)
        )


async def tell(follow: bool, wanted: Wanted) -> None:
    """Print all lines so far; with `follow`, new ones as they come, until the cluster is gone.

    Raises `UnknownNameError` for a node that there is not, and `ClusterError` when nothing is up.
    """
    faults, story, clock = faults_file(), Story(), SystemClock()
    async with playground.cluster_that_is_up() as cluster:
        for node in wanted.nodes:
            nearest("node", node, everybody(cluster))
        try:
            while follow:
                _print(story.news(_said(cluster, faults), clock.wall() - PATIENCE_S), wanted)
                await asyncio.sleep(POLL_S)
                await cluster.process_state(CONTROLLER)  # raises when there is no cluster any more
        finally:
            _print(story.news(_said(cluster, faults), clock.wall()), wanted)


def _said(cluster: Cluster, faults: EventFile) -> list[Event]:
    return [*cluster.events(), *faults.events()]


def _print(events: Iterable[Event], wanted: Wanted) -> None:
    for event in filter(wanted.shows, events):
        typer.secho(line_of(event), fg=_colour(event), bold=event.node == NEMESIS)
    sys.stdout.flush()


def line_of(event: Event) -> str:
    """The line as the node's own log has it; faults are marked like all that stands out."""
    line = logline.as_text(LogLine(event.time_s, event.node, event.event, event.fields))
    return line + logline.MARK if event.node == NEMESIS and not line.endswith(logline.MARK) else line


def _colour(event: Event) -> str | None:
    if event.node == NEMESIS:
        return typer.colors.GREEN if heals(event.event) else typer.colors.YELLOW
    return typer.colors.CYAN if logline.is_notable(event.event) else None


def heals(fault: str) -> bool:
    """Is this the end of a fault, as `stop-partition` is that of `start-partition`?"""
    return fault.startswith(HEALED) and not fault.startswith("start-")
