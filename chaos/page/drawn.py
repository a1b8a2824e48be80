"""The whole picture: nodes, lines, places, and a sentence that says who may accept writes."""

from collections.abc import Sequence

from chaos.page.because import because
from chaos.page.faces import face
from chaos.page.picture import NodeShown, Picture, Place, Wire
from chaos.page.seen import Account, Seen
from chaos.page.wires import wires
from chaos.report.fault_words import listed
from chaos.report.words import counted


def picture(seen: Seen) -> Picture:
    """What there is to see."""
    nodes = tuple(face(seen, account) for account in seen.accounts)
    lines = wires(seen)
    headline, alarm = _headline(seen)
    return Picture(
        name=seen.name,
        runtime=seen.runtime,
        family=seen.family,
        settings=_settings(seen),
        headline=headline,
        alarm=alarm,
        because=because(seen),
        wrong=(*_wrong_nodes(nodes), *_wrong_wires(lines), *filter(None, [seen.links_error])),
        nodes=nodes,
        wires=lines,
        places=_places(seen),
        doors=tuple(seen.doors),
        replicas=tuple(seen.replicas),
    )


def _headline(seen: Seen) -> tuple[str, bool]:
    if seen.family == "multi-leader":
        return _leaders(seen)
    if seen.family == "leaderless":
        n, w, r = (seen.settings.get(name) for name in "nwr")
        return f"No leader: a write needs {w} of a key's {n} homes, a read {r}.", False
    told = [_of_group(number, group) for number, group in seen.groups.items()]
    return " ".join(text for text, _ in told), any(alarm for _, alarm in told)


def _leaders(seen: Seen) -> tuple[str, bool]:
    leaders = [each["node"] for each in seen.running if each["role"] == "leader"]
    if not leaders:
        return "No leader answers.", True
    return f"{listed(leaders)} {'lead' if len(leaders) > 1 else 'leads'}: each takes writes.", False


def _of_group(partition: int | None, group: Sequence[Account]) -> tuple[str, bool]:
    """Who leads it, and whether that is alarming."""
    where = f"Partition {partition}: " if partition else ""
    leaders = sorted((each for each in group if each.get("role") == "leader"), key=lambda each: each["epoch"])
    if not leaders:
        return f"{where}nobody leads." if where else "Nobody leads.", True
    names = listed([f"{each['node']} (epoch {each['epoch']})" for each in leaders])
    if len(leaders) > 1:
        return f"{where}{names} each say that they lead.", True
    return f"{where}{leaders[0]['node']} leads, epoch {leaders[0]['epoch']}.", False


def _settings(seen: Seen) -> str:
    """The settings that decide most, in a few words."""
    names = {
        "single-leader": ("replication", "reads", "coordination"),
        "multi-leader": ("topology", "conflicts"),
        "leaderless": ("versions", "read_repair"),
    }.get(seen.family, ())
    return ", ".join(
        f"{name.replace('_', ' ')} {seen.settings[name]}" for name in names if name in seen.settings
    )


def _wrong_nodes(nodes: Sequence[NodeShown]) -> list[str]:
    words = {"dead": "is dead", "paused": "is paused", "silent": "does not answer"}
    return [f"{node.name} {words[node.state]}" for node in nodes if node.state in words]


def _wrong_wires(lines: Sequence[Wire]) -> list[str]:
    struck = [way for wire in lines for way in wire.ways if way.state != "whole"]
    return [counted(len(struck), "link is not healthy", "links are not healthy")] if struck else []


def _places(seen: Seen) -> tuple[Place, ...]:
    datacenters = seen.settings.get("datacenters") or ()
    return tuple(Place(f"datacenter {number}", tuple(nodes)) for number, nodes in enumerate(datacenters, 1))
