"""`./lab up`, `down`, `put`, `get`: a cluster to play with, which stays until it is told to go."""

import contextlib
import json
from typing import Annotated, Any

import typer

from chaos.by_hand import typed
from chaos.catalogue.miniatures import MINIATURES
from chaos.catalogue.names import UnknownNameError, nearest
from chaos.commands import completion
from chaos.commands.choosing import of_a_project
from chaos.runtimes import ending
from chaos.workloads.client import Answer
from services.errors import LabError
from services.families import DEFAULT, FAMILIES

PARTITIONS = "Split the keys among this many groups of replicas, which elect their leaders."
COORDINATION = "Who replaces a silent leader: controller, election (the replicas themselves) or manual."
DETECTION = "How long a leader must be silent before it is replaced; a busy machine needs more than 600."
STONITH = "Switch the old leader off before another one leads."
UNSET = 1  # the exit code of `get` where a key has no value
DEVICES = (
    "Add a device of this name: with several leaders it works offline, with none it coordinates for itself; "
    "repeatable."
)
SPARES = "How many spare replicas to keep, which can join later (local only)."
OTHERS = "Any other setting of the family, for example w=2; repeatable."
GATEWAY = "Gateway or device to use (default: the first gateway)."
TO = "Send it to this replica, leader or not (default: the leader that the gateway knows)."
LIKE = f"A leaderless database in miniature: {', '.join(MINIATURES)}."
READS = "leader, followers, any, bounded …; docs/replication-lag.md has all of them"
REPLICATION = (
    "async, sync, semi-sync, semi-sync-timeout or quorum-ack; or for each follower: n2=sync,n3=async"
)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (up, down, put, get, load):
        app.command()(of_a_project(command))


def up(
    on: Annotated[
        str, typer.Option(help="local or compose.", autocompletion=completion.of(("local", "compose")))
    ] = "local",
    nodes: Annotated[int, typer.Option(min=1, max=9, help="How many replicas.")] = 3,
    strategy: Annotated[str, typer.Option(help=f"{', '.join(FAMILIES)}.")] = DEFAULT,
    replication: Annotated[str | None, typer.Option(help=f"{REPLICATION}.")] = None,
    reads: Annotated[str | None, typer.Option(help=READS)] = None,
    coordination: Annotated[str | None, typer.Option(help=COORDINATION)] = None,
    partitions: Annotated[int, typer.Option(min=1, max=9, help=PARTITIONS)] = 1,
    detection_timeout_ms: Annotated[int | None, typer.Option(help=DETECTION)] = None,
    stonith: Annotated[bool, typer.Option("--stonith", help=STONITH)] = False,
    spares: Annotated[int, typer.Option(min=0, max=8, help=SPARES)] = 0,
    device: Annotated[list[str] | None, typer.Option(metavar="NAME", help=DEVICES)] = None,
    like: Annotated[str | None, typer.Option(metavar="NAME", help=LIKE)] = None,
    others: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=OTHERS)] = None,
) -> None:
    """Start a cluster and leave it running."""
    from chaos.commands.playing import start

    given = {
        "replication": replication,
        "reads": reads,
        "coordination": coordination,
        "stonith": stonith or None,
        "detection_timeout_ms": detection_timeout_ms,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    settings |= dict(map(setting_of, others or ()))
    if like is not None:
        strategy, settings = in_miniature(like, strategy, settings)
    ending.run(start(on, nodes, strategy, settings, partitions, device or (), spares))


def in_miniature(like: str, strategy: str, settings: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The family and the settings that are `like` that database; what is given besides counts more.

    Raises `UnknownNameError` for a name that there is not, and for one of another family than was asked for.
    """
    nearest("miniature", like, MINIATURES)
    chosen = MINIATURES[like]
    if strategy not in (DEFAULT, chosen.family):
        raise UnknownNameError(f"{like} is {chosen.family}, not {strategy}; leave --strategy out")
    typer.echo(f"like {like}: {chosen.known_for}\nleft out: {chosen.left_out}")
    return chosen.family, {**chosen.settings, **settings}


def down() -> None:
    """Stop the cluster that is up and remove everything that belongs to it."""
    from chaos.commands.playing import stop

    ending.run(stop())


def put(
    key: str,
    value: Annotated[str, typer.Argument(help="JSON; anything else is a string.")],
    to: Annotated[str | None, typer.Option(metavar="NODE", help=TO)] = None,
    gateway: Annotated[str | None, typer.Option(help=GATEWAY)] = None,
) -> None:
    """Write VALUE to the register KEY."""
    from chaos.commands.playing import write

    answer = ending.run(write(key, value_of(value), gateway, to))
    typer.echo(f"acknowledged by {whereabouts(answer)}")


def get(
    key: str,
    source: Annotated[
        str | None, typer.Option("--from", metavar="NODE", help="Read this replica's own copy, however old.")
    ] = None,
    gateway: Annotated[str | None, typer.Option(help=GATEWAY)] = None,
) -> None:
    """Read the register KEY, from a gateway or from one replica's own copy.

    Exit code: 0 if it has a value, 1 if not, 4 if no node could be asked.
    """
    from chaos.commands.playing import read

    answer, is_there = ending.run(read(key, source, gateway))
    if not is_there:
        typer.echo(f"{key} has no value, says {whereabouts(answer)}", err=True)
        raise typer.Exit(UNSET)
    for value in (answer.value,) if answer.siblings is None else answer.siblings:
        typer.echo(json.dumps(value))
    typer.echo(f"from {whereabouts(answer)}", err=True)


def load(
    writes: Annotated[float, typer.Option(min=0, max=2000, help="Writes per second.")] = 20,
    reads: Annotated[float, typer.Option(min=0, max=2000, help="Reads per second.")] = 20,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Duration (default: until Ctrl-C).")] = None,
    keys: Annotated[int, typer.Option(min=1, help="Number of keys.")] = 10,
    gateway: Annotated[str | None, typer.Option(help="Gateway to use (default: all in turn).")] = None,
) -> None:
    """Write and read at a steady rate, and report every second the outcomes and who answered.

    Meanwhile, inject faults from another terminal: `./lab fault kill leader`.
    """
    from chaos.commands import loading

    with contextlib.suppress(KeyboardInterrupt):
        ending.run(loading.load(writes, reads, seconds, keys, gateway))


def whereabouts(answer: Answer) -> str:
    """Who answered, and how far that one was, by what its family goes by."""
    siblings = answer.siblings
    several = f"; {len(siblings)} values, whose writers had not seen each other's" if siblings else ""
    by = f", asked by {answer.by}" if answer.by else ""
    if isinstance(answer.position, dict):
        knows = ", ".join(f"{node} {count}" for node, count in sorted(answer.position.items()))
        return f"{answer.node}{by}, which knows of {knows}{several}"
    where = f", epoch {answer.epoch}, position {answer.position}" if answer.epoch else ""
    return f"{answer.node}{by}{where}{several}"


def setting_of(text: str) -> tuple[str, Any]:
    """`w=2` as a name and a value. Raises `typer.BadParameter`."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise typer.BadParameter(f"{text!r} is no setting; one is like w=2", param_hint="--set")
    return name, value_of(value)


def value_of(text: str) -> Any:
    """See `by_hand.typed`. Raises `typer.BadParameter` for JSON that cannot be stored as it stands."""
    try:
        return typed.value_of(text)
    except LabError as error:
        raise typer.BadParameter(error.text, param_hint="VALUE") from error
