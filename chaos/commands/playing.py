"""What `./lab up`, `down`, `put` and `get` do."""

import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import typer
from msgspec.structs import replace

from chaos.by_hand.asking import asking
from chaos.catalogue.names import UnknownNameError, nearest
from chaos.cluster import Cluster, ClusterError
from chaos.cluster.shape import DEVICE, Companion, Shape
from chaos.runtimes import playground
from chaos.runtimes.http_client import HttpClient
from chaos.runtimes.state import state_directory
from chaos.targets.replication import settings_for
from chaos.targets.target import must_be_usable, roles_of
from chaos.workloads.client import Answer
from services.families import DEFAULT, FAMILIES
from services.messages import Read, ReadResult
from services.settings import CommonSettings, settings_of

FINDERS: Mapping[str, Callable[[], Awaitable[Cluster | None]]] = {
    "local": playground.find_local,
    "compose": playground.find_compose,
}
WHAT_NEXT = """\
try  ./lab put x 7          curl {url}/kv/x
     ./lab status           ./lab logs -f
     ./lab fault cut {whom:<7}./lab get x --from n2
     ./lab fault heal       ./lab down"""


async def start(
    on: str,
    nodes: int,
    strategy: str,
    settings: Mapping[str, Any],
    partitions: int = 1,
    devices: Sequence[str] = (),
    spares: int = 0,
) -> None:
    """Start a cluster on `local` or `compose`.

    Raises `UnknownNameError` for what there is not, and `ClusterError` when one is up there already.
    """
    nearest("strategy", strategy, FAMILIES)
    nearest("runtime to play on", on, FINDERS)
    shape = _shape(nodes, devices, spares)
    if spares and on != "local":
        raise UnknownNameError(
            "--spares are for local; on compose a new follower joins in ./lab run new-follower"
        )
    rule = _rule(strategy, settings, shape)
    chosen = _settings({"family": strategy, **settings, **rule, **_shared_out(nodes, partitions)}, shape)
    if on == "local":  # containers have files of their own
        must_be_usable(chosen)
    with playground.starting():
        if already := await FINDERS[on]():
            await already.close()
            raise ClusterError(f"{_where(already)} is up already; `./lab down` ends it")
        typer.echo(f"starting replicas, a controller and gateways on {on} …")
        watch = ""
        if on == "local":
            await playground.start_local(shape, chosen)
        else:
            watch = f"\n     ./lab page\n     {await playground.start_compose(shape, chosen)}"
    cluster = await FINDERS[on]()
    assert cluster, "it has just started"
    if not _first_url(cluster).endswith(f":{playground.USUAL_PORT}"):
        typer.echo(f"port {playground.USUAL_PORT} is taken here, so the gateways have others")
    whom = devices[0] if devices else _whom(strategy)
    if on == "local":
        watch = f"\nsee  {playground.page_address()}"
    leads = await _who_leads(cluster, strategy)
    next_steps = WHAT_NEXT.format(url=_first_url(cluster), whom=whom)
    typer.echo(f"up: {_where(cluster)}{leads}\n{next_steps}{watch}")
    await cluster.close()


async def stop() -> None:
    """Stop whatever is up. Raises `ClusterError` when nothing is."""
    stopped = await playground.stop()
    shutil.rmtree(state_directory(), ignore_errors=True)
    if not stopped:
        raise ClusterError("nothing is up")
    typer.echo(f"down: {stopped}; nothing is left of it")


async def write(key: str, value: Any, gateway: str | None, to: str | None = None) -> Answer:
    """Put `value`, at the replica `to` if one is named.

    Raises `ClusterError` that says whether it may have happened.
    """
    async with playground.cluster_that_is_up(alone=True) as cluster:
        door = await _door(cluster, gateway)
        if to is not None:
            await must_take_a_choice(cluster, door)
        async with asking(cluster, is_write=True, replica=to) as client:
            return await client.put(door, key, value)


async def must_take_a_choice(cluster: Cluster, door: str) -> None:
    """Raise `UnknownNameError` where clients of `door` cannot choose which replica takes a write."""
    if door not in cluster.gateways:
        raise UnknownNameError(f"{door} is a device, which takes every write itself; leave --to out")
    if (await cluster.status(door))["settings"].get("family", DEFAULT) == "leaderless":
        raise UnknownNameError(
            "without a leader a write goes to all homes of its key, so --to cannot choose one of them; "
            "leave it out (--gateway chooses who passes the write on)"
        )


async def read(key: str, source: str | None, gateway: str | None) -> tuple[Answer, bool]:
    """The register `key`, through a gateway, or from the copy of the replica `source`; and has it a value?"""
    async with playground.cluster_that_is_up() as cluster:
        if source is None:
            door = await _door(cluster, gateway)
            async with asking(cluster, is_write=False) as client:
                answer = await client.get(door, key)
                is_there = answer.value is not None or answer.siblings is not None
                return answer, is_there or await _is_null(client, door, key)
        held = await cluster.contents(await cluster.resolve(source))
    position = held["vector"] or held["position"][1]
    answer = Answer(held["node"], held["epoch"], position, held["registers"].get(key))
    if key in held["siblings"]:
        return replace(answer, siblings=tuple(held["siblings"][key])), True
    return answer, key in held["registers"]


async def _is_null(client: HttpClient, door: str, key: str) -> bool:
    """Is that its value? An `Answer` does not tell it from none."""
    reply = await client.ask(door, Read(key=key, type="register"))
    return isinstance(reply, ReadResult) and reply.found


async def _door(cluster: Cluster, gateway: str | None) -> str:
    """The door of that name, or else the first gateway that runs."""
    name = gateway or await _working_gateway(cluster)
    if name not in cluster.doors:
        known = ", ".join(cluster.doors) or "none that runs"
        raise UnknownNameError(f"there is no gateway {name!r}; there are: {known}")
    return name


async def _working_gateway(cluster: Cluster) -> str:
    """The first that runs. Raises `ClusterError` when none does."""
    for name in cluster.gateways:
        if await cluster.process_state(name) == "running":
            return name
    raise ClusterError("no gateway runs, so no client is served; `./lab fault heal` starts them again")


def _shared_out(nodes: int, partitions: int) -> Mapping[str, Any]:
    """Settings for so many partitions of n1, n2 …, as equal as can be. Raises `ClusterError`."""
    if partitions == 1:
        return {}
    if nodes < partitions:
        raise ClusterError(
            f"{partitions} partitions need at least as many replicas; give --nodes more than {nodes}"
        )
    ends = [number * nodes // partitions for number in range(partitions + 1)]
    if nodes < 2 * partitions:
        typer.echo(
            f"{nodes} replicas for {partitions} partitions: a part that lies on one replica alone is not "
            f"replicated; --nodes {2 * partitions} gives each part two copies"
        )
    groups = [[f"n{node + 1}" for node in range(*span)] for span in pairwise(ends)]
    return {"partitions": groups, "coordination": "election"}


def _shape(nodes: int, devices: Sequence[str], spares: int) -> Shape:
    """Raises `ClusterError` for devices whose names cannot be, and too many replicas."""
    try:
        return Shape(nodes, spares=spares, companions=tuple(Companion(name, DEVICE) for name in devices))
    except ValueError as error:
        raise ClusterError(f"cannot make such a cluster: {error}") from error


def _rule(strategy: str, settings: Mapping[str, Any], shape: Shape) -> Mapping[str, Any]:
    """By which rule n1 acknowledges, where that is said. Raises `UnknownNameError`."""
    if strategy != DEFAULT or not isinstance(settings.get("replication"), str):
        return {}
    return settings_for(settings["replication"], shape.members, shape.members[0])


def _settings(given: Mapping[str, Any], shape: Shape) -> CommonSettings:
    """Those of a cluster of that shape. Raises `UnknownNameError`, before anything starts."""
    try:
        settings = settings_of(given)
        settings.check_fit(shape.members)
    except ValueError as error:
        raise UnknownNameError(f"these settings do not fit: {error}") from error
    for name in settings.named:
        if name not in shape.nodes:
            there_are = ", ".join(shape.nodes)
            raise UnknownNameError(f"the settings name a node {name!r}; there are {there_are}")
    return settings


async def _who_leads(cluster: Cluster, strategy: str) -> str:
    """The leader of each partition, where somebody leads, and who follows.

    Without partitions it is n1, as every page here has it.
    """
    if strategy != DEFAULT:
        return ""
    groups = cluster.partitions or (tuple(cluster.replicas),)
    targets = [f"leader-{number}" if len(groups) > 1 else "leader" for number in range(1, len(groups) + 1)]
    lines = []
    for group, target in zip(groups, targets, strict=True):
        leader = await cluster.resolve(target)
        if leader != group[0] and not cluster.partitions:  # a busy machine: it was slow while all began
            with suppress(ClusterError):
                leader = await cluster.order("hand-over", group[0])
        followers = [node for node in group if node != leader]
        follow = f", followed by {', '.join(followers)}" if followers else ", the only copy of its part"
        lines.append(f"\n{leader} leads{follow}")
    return "".join(lines)


def _whom(strategy: str) -> str:
    """Somebody worth cutting off."""
    return "leader" if "leader" in roles_of(strategy) else "n1"


def _where(cluster: Cluster) -> str:
    gateways = ", ".join(f"{name} at {url}" for name, url in cluster.doors.items())
    return f"{cluster.name} on {cluster.runtime}, {gateways}"


def _first_url(cluster: Cluster) -> str:
    return next(iter(cluster.gateways.values()), "http://127.0.0.1:8080")
