"""`./lab fault …`: faults by hand. They stay until `heal`, `resume` or `restart` takes them back."""

from typing import Annotated

import typer

from chaos.commands.choosing import of_a_project
from chaos.faults.cut import Cut
from chaos.faults.fault import Fault
from chaos.faults.isolate import Isolate
from chaos.faults.kill import Kill
from chaos.faults.lose_reply import LoseReply
from chaos.faults.lose_request import LoseRequest
from chaos.faults.partition import Partition
from chaos.faults.pause import Pause
from chaos.faults.refuse import Refuse
from chaos.faults.slow import Slow
from chaos.runtimes import ending

Target = Annotated[
    str,
    typer.Argument(
        metavar="NODE", help="A node, or leader, follower, followers, gateways; n1-oob is n1's power switch."
    ),
]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The other end, named likewise.")]
MaybeOther = Annotated[
    str | None, typer.Argument(metavar="[OTHER]", help="The other end; without it, all links of NODE.")
]
Groups = Annotated[
    list[str],
    typer.Argument(metavar="GROUP…", help="Nodes with commas between them, for example leader,g1."),
]
OneWay = Annotated[bool, typer.Option("--one-way", help="Only requests from NODE to OTHER.")]


def register(app: typer.Typer) -> None:
    """Add `fault` with its commands to `app`."""
    faults = typer.Typer(
        help="Inject faults into the running cluster.", no_args_is_help=True, rich_markup_mode=None
    )
    of_links = (cut, partition, slow, lose_reply, lose_request, refuse)
    for command in (*of_links, heal, kill, pause, resume, restart, upgrade):
        faults.command()(of_a_project(command))
    app.add_typer(faults, name="fault")


def cut(node: Target, other: MaybeOther = None, one_way: OneWay = False) -> None:
    """Swallow everything between NODE and OTHER, or between NODE and everyone."""
    if other is None and one_way:
        raise typer.BadParameter("one way to whom? name the OTHER end")
    _strike(Isolate(node) if other is None else Cut(node, other, one_way))


def partition(groups: Groups) -> None:
    """Split the cluster: each GROUP reaches only itself; whoever is in none forms a group, too."""
    named = tuple(tuple(filter(None, group.split(","))) for group in groups)
    if not all(named):
        raise typer.BadParameter(f"an empty group among {' '.join(groups)!r}; name nodes, for example n1,g1")
    _strike(Partition((*named, ("rest",))))


def slow(
    node: Target,
    other: MaybeOther = None,
    latency_ms: Annotated[int, typer.Option(min=1, help="Latency added to each round trip.")] = 300,
    jitter_ms: Annotated[int, typer.Option(min=0, help="Random variation of the latency, up or down.")] = 0,
    one_way: OneWay = False,
) -> None:
    """Make every round trip take longer."""
    if jitter_ms >= latency_ms:
        raise typer.BadParameter(f"--jitter-ms {jitter_ms} must be less than --latency-ms {latency_ms}")
    _strike(Slow(node, other, latency_ms / 1000, jitter_ms / 1000, one_way))


def lose_reply(node: Target, other: Other) -> None:
    """OTHER executes NODE's requests, but NODE never gets the replies."""
    _strike(LoseReply(node, other))


def lose_request(node: Target, other: Other) -> None:
    """NODE's requests to OTHER never arrive."""
    _strike(LoseRequest(node, other))


def refuse(node: Target, other: Other) -> None:
    """OTHER refuses NODE's connections, so NODE knows at once that nothing happened."""
    _strike(Refuse(node, other))


def kill(node: Target) -> None:
    """End the process at once with SIGKILL, like a crash; its disk stays, and `restart` starts it again."""
    _strike(Kill(node))


def pause(node: Target) -> None:
    """Freeze the process with SIGSTOP until `resume`: it does not notice, and its connections stay open."""
    _strike(Pause(node))


def heal() -> None:
    """Undo all faults: links heal, paused nodes resume, dead ones restart."""
    from chaos.by_hand import striking
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(striking.heal)))


def resume(node: Target) -> None:
    """Resume a paused process."""
    from chaos.by_hand import striking
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(striking.resume, node)))


def restart(node: Target) -> None:
    """Start a node on its old disk, after killing it if it still runs."""
    from chaos.by_hand import striking
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(striking.restart, node)))


def upgrade(
    node: Target,
    minor: Annotated[bool, typer.Option("--minor", help="The storage format stays the same.")] = False,
) -> None:
    """Restart a node, or several, in a version with another storage format."""
    from chaos.by_hand import striking
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(striking.upgrade, node, not minor)))


def _strike(fault: Fault) -> None:
    from chaos.by_hand import striking
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(striking.strike, fault)))
