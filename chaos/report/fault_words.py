"""A fault in a sentence: who can no longer reach whom, which node is dead, what is slow."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chaos.cluster.links import Link
from chaos.report.bands import Band
from chaos.report.cast import Cast

ORDERS: Mapping[str, str] = {
    "promote": "An operator promotes {nodes}.",
    "hand-over": "An operator tells the leader to hand over to {nodes}.",
    "start-load-spike": "A load spike: {rate_per_s} more requests a second.",
}


def label(band: Band, cast: Cast) -> str:
    """A few words for the head of a band."""
    links, nodes = band.links(cast), band.nodes(cast)
    match band.effect:
        case "cut" if links:
            return f"cut {' | '.join(_sides(links, cast)) or _arrows(links)}"
        case "slow" | "lose-request" | "lose-reply" if links:
            return f"{band.effect.replace('-', ' ')} {_arrows(links)}"
        case "dead" | "paused" if nodes:
            return f"{listed(nodes)} {band.effect}"
    return band.f.removeprefix("start-").replace("-", " ")


def sentence(band: Band, cast: Cast) -> str:
    """What it did, for the story."""
    if band.f in ORDERS:
        named = {**band.value, "nodes": listed(band.nodes(cast)) or "whom it likes"}
        return ORDERS[band.f].format_map(defaultdict(lambda: "?", named))
    if "stroke" in band.value:
        return f"Fault: {str(band.value['stroke']).partition(': ')[2] or band.value['stroke']}."
    links, nodes = band.links(cast), band.nodes(cast)
    arrows = _arrows(links)
    match band.effect:
        case "cut" if links:
            apart = _apart(_sides(links, cast))
            return apart or f"Links are cut: what is sent over {arrows} is lost without a sign."
        case "lose-request" if links:
            return f"What is asked over {arrows} is lost."
        case "lose-reply" if links:
            return f"Answers over {arrows} are lost; what was asked still arrives and is done."
        case "slow" if links:
            return f"What is asked over {arrows} takes {band.value.get('latency_ms', '?')} ms longer."
        case "dead" if band.f == "start-upgrade" and nodes:
            return f"An operator stops {listed(nodes)} for an upgrade."
        case "dead" if nodes:
            return f"{listed(nodes)} {'is' if len(nodes) == 1 else 'are'} killed."
        case "paused" if band.f == "freeze" and nodes:
            return f"The {'machine' if len(nodes) == 1 else 'machines'} of {listed(nodes)} stood still."
        case "paused" if nodes:
            return f"{listed(nodes)} {'stands' if len(nodes) == 1 else 'stand'} still: the process is paused."
    return f"Fault: {band.f} {dict(band.value)}."


def listed(names: Iterable[str]) -> str:
    """`n1, n2 and g1`."""
    *most, last = [*names] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _arrows(links: Sequence[Link]) -> str:
    shown = [f"{link.source} → {_end(link)}" for link in links[:4]]
    return ", ".join(shown) + (f" and {len(links) - 4} more" if len(links) > 4 else "")


def _end(link: Link) -> str:
    return f"the power switch of {link.target}" if link.out_of_band else link.target


def _apart(sides: Sequence[str]) -> str:
    """A partition in a sentence; empty if there are no sides."""
    *others, last = [f"{{{side}}}" for side in sides] or [""]
    if len(others) == 1:
        return f"Partition: {others[0]} cannot reach {last}."
    return f"Partition: {', '.join(others)} and {last} cannot reach each other." if others else ""


def _sides(links: Sequence[Link], cast: Cast) -> list[str]:
    """`n1, g1` and `n2, n3` if the cut links separate the nodes that they touch, else empty."""
    cut = {(link.source, link.address_key) for link in links}
    usual = [x for x in cast.links if not x.out_of_band]
    if any((x.target, x.source) in cut and (x.source, x.target) not in cut for x in usual):
        return []
    touched = [node for node in cast.nodes if any(node in pair for pair in cut)]
    whole = [x for x in usual if (x.source, x.target) not in cut]
    sides = _connected(touched, whole)
    if len(sides) == 1 or any({*pair} <= side for pair in cut for side in sides):
        return []
    ordered = [[node for node in touched if node in side] for side in sides]
    return [", ".join(side) for side in sorted(ordered, key=len)]


def _connected(nodes: Iterable[str], links: Iterable[Link]) -> list[set[str]]:
    """The `nodes` in groups, within which they reach each other over `links`."""
    groups = [{node} for node in nodes]
    for link in links:
        met = [group for group in groups if group & {link.source, link.target}]
        if len(met) > 1:
            groups = [group for group in groups if group not in met] + [set.union(*met)]
    return groups
