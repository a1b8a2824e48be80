"""What the page shows, as it goes over the stream: a picture of the cluster at one moment.

Words are made here and not in the browser, so that they can be tested as pure functions of what the nodes
said.
"""

import msgspec


class Choice(msgspec.Struct, frozen=True):
    """Something that can be done here: the order to send, or why it cannot be given now."""

    label: str
    what: str
    node: str = ""
    other: str = ""
    why_not: str = ""


class Bar(msgspec.Struct, frozen=True):
    """How far behind a node is, from 0 (not at all) to 1 (as far as can be shown), and the same in words."""

    share: float
    words: str


class Ring(msgspec.Struct, frozen=True):
    """A timer, from 1 (renewed in time) down to 0 (it has run out), and the same in words."""

    kind: str  # lease or detection
    share: float
    words: str


class NodeShown(msgspec.Struct, frozen=True, kw_only=True):
    """One node. `state` decides how it looks, the rest is the text in and beside it.

    `epoch` counts the leaders of its group: nodes that believe in the same leader have the same colour.
    """

    name: str
    kind: str  # replica, gateway, device, controller or companion
    state: str  # its role, or dead, paused, silent
    title: str
    meant: str = ""  # what the title says and has no room for in the box
    lines: tuple[str, ...] = ()
    badge: str = ""
    epoch: int | None = None
    partition: int | None = None
    bar: Bar | None = None
    rings: tuple[Ring, ...] = ()
    choices: tuple[Choice, ...] = ()


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What one node asks of another, and what becomes of it: one of a link's two directions."""

    link: str
    source: str
    target: str
    state: str  # whole, cut, lose-request, lose-reply, slow or refused
    words: str


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """A line between two nodes, with all that is between them."""

    name: str
    ends: tuple[str, str]
    ways: tuple[Way, ...]
    choices: tuple[Choice, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """A datacenter, and the nodes in it."""

    name: str
    nodes: tuple[str, ...]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    `headline` says who may accept writes, `because` why nobody may, or what it means that two claim to lead;
    `wrong` says what is not as it should be.
    """

    name: str
    runtime: str
    family: str
    settings: str
    headline: str
    alarm: bool = False
    because: str = ""
    wrong: tuple[str, ...] = ()
    nodes: tuple[NodeShown, ...]
    wires: tuple[Wire, ...]
    places: tuple[Place, ...] = ()
    doors: tuple[str, ...] = ()
    replicas: tuple[str, ...] = ()
