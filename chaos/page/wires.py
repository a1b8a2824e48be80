"""The lines between nodes: both directions of a link are one line, and show what is wrong with either."""

from collections.abc import Iterable, Mapping, Sequence

from chaos.cluster import HEALTHY, LinkState
from chaos.cluster.links import Link
from chaos.page.picture import Choice, Way, Wire
from chaos.page.seen import Seen

LATENCY_MS = 300  # what `slow` adds; `./lab fault slow` has the same

LOSES = ("cut", "lose-request", "lose-reply", "refused")
LOSSY = "Heal it first: what never arrives cannot be slow."
SO_ALREADY = "That is so already."
# Why connections are not refused as well: a line has one sign, and a refusal would hide what else is wrong.
NOT_REFUSED: Mapping[str, str] = {
    "cut": "It is cut, and a link shows one fault at a time. Heal it first.",
    "lose-request": "It loses requests, and a link shows one fault at a time. Heal it first.",
    "lose-reply": "It loses answers, and a link shows one fault at a time. Heal it first.",
}


def wires(seen: Seen) -> tuple[Wire, ...]:
    """A line for each two nodes that talk; power switches, where they are used, go with their nodes."""
    between: dict[frozenset[str], list[Link]] = {}
    for link in seen.links:
        if not link.out_of_band or seen.settings.get("stonith"):
            between.setdefault(frozenset((link.source, link.target)), []).append(link)
    return tuple(_wire(seen, links) for links in between.values())


def _wire(seen: Seen, links: list[Link]) -> Wire:
    a, b = links[0].source, links[0].target
    ways = tuple(_way(link, seen.states.get(link.name, HEALTHY)) for link in links)
    return Wire(name=f"{a}-{b}", ends=(a, b), ways=ways, choices=tuple(_choices(seen, a, b, ways)))


def _way(link: Link, state: LinkState) -> Way:
    kind = effect(state)
    to = f"the power switch of {link.target}" if link.out_of_band else link.target
    words = WORDS[kind].format(source=link.source, target=to, latency_ms=round(state.latency_s * 1000))
    return Way(link=link.name, source=link.source, target=link.address_key, state=kind, words=words)


def effect(state: LinkState) -> str:
    """What is wrong with a link, in a word; the worst counts."""
    if state.refused:
        return "refused"
    if state.cut_requests:
        return "cut" if state.cut_replies else "lose-request"
    if state.cut_replies:
        return "lose-reply"
    return "slow" if state != HEALTHY else "whole"


WORDS: Mapping[str, str] = {
    "whole": "{source} reaches {target}.",
    "cut": "What {source} asks of {target} vanishes, and nobody is told.",
    "lose-request": "What {source} asks of {target} never arrives.",
    "lose-reply": "What {source} asks of {target} is done, but the answers are lost.",
    "slow": "What {source} asks of {target} takes {latency_ms} ms longer.",
    "refused": "{target} refuses the connections of {source}.",
}
# What can be done in one direction, and in which states of the link that would change nothing.
ONE_WAY: tuple[Mapping[str, tuple[str, Sequence[str]]], ...] = (
    {
        "cut-one-way": ("Cut {source} → {target} only", ("cut",)),
        "lose-reply": ("Lose the answers to {source}", ("cut", "lose-reply")),
        "lose-request": ("Lose the requests of {source}", ("cut", "lose-request")),
    },
    {"refuse": ("Refuse connections of {source}", LOSES)},
)


def _choices(seen: Seen, a: str, b: str, ways: tuple[Way, ...]) -> Iterable[Choice]:
    nobody = _why_nobody_feels_it(seen, a, b)
    state = {(way.source, way.target): way.state for way in ways}
    both_cut = {state.get((a, b)), state.get((b, a))} == {"cut"}
    healthy = all(way.state == "whole" for way in ways)
    yield Choice("Cut both ways", "cut", a, b, nobody or ("It is cut already." if both_cut else ""))
    for strikes in ONE_WAY:
        for source, target in ((a, b), (b, a)):
            for what, (label, worse) in strikes.items():
                is_so = state.get((source, target), "")
                already = _already(what, is_so) if is_so in worse else ""
                words = label.format(source=source, target=target)
                yield Choice(words, what, source, target, nobody or already)
    slow = "It is slow already." if {way.state for way in ways} == {"slow"} else ""
    lossy = LOSSY if any(way.state in LOSES for way in ways) else ""
    yield Choice(f"Slow down by {LATENCY_MS} ms", "slow", a, b, nobody or lossy or slow)
    yield Choice("Heal this link", "heal-link", a, b, "Nothing is wrong with it." if healthy else "")


def _already(what: str, state: str) -> str:
    """Why a direction in that state does not suffer `what`, too."""
    return NOT_REFUSED.get(state, SO_ALREADY) if what == "refuse" else SO_ALREADY


def _why_nobody_feels_it(seen: Seen, a: str, b: str) -> str:
    for node in (a, b):
        if (process := seen.account(node).get("process")) != "running":
            return f"{node} is {process or 'not there'}, so this would have no effect."
    return ""
