"""Which links there are: every ordered pair of nodes that talk is one link with a proxy of its own.

One-way faults are possible because the link from n1 to n2 is not the link from n2 to n1. Two kinds of link
are special. The controller's out-of-band links lead to the power switches of the replicas (stonith), on a
network of their own: a fault strikes them only if it names them, for instance `n1-oob` for the switch of n1;
isolating n1 or the controller does not touch them. The lab's own links are for status, for orders and for
reading the final contents; no fault ever touches them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CONTROLLER = "controller"
LAB = "lab"
OUT_OF_BAND = "oob"
FIRST_PORT = 21000


@dataclass(frozen=True)
class Link:
    """The way from `source` to `target`; `name` is unique in a cluster, for instance `n1-n2`."""

    source: str
    target: str
    out_of_band: bool = False

    @property
    def name(self) -> str:
        """`source-target`, with `-oob` after it if out of band."""
        return f"{self.source}-{self.target}" + (f"-{OUT_OF_BAND}" if self.out_of_band else "")

    @property
    def address_key(self) -> str:
        """What it leads to: the name in its source's `LAB_LINKS`, and the one that faults aim at."""
        return f"{self.target}-{OUT_OF_BAND}" if self.out_of_band else self.target

    @property
    def touchable(self) -> bool:
        """True if faults may strike it."""
        return self.source != LAB


def all_links(
    replicas: Sequence[str],
    gateways: Sequence[str],
    companions: Sequence[str] = (),
    devices: Sequence[str] = (),
) -> tuple[Link, ...]:
    """Every link of a cluster, in a fixed order (its index plus `FIRST_PORT` is its port in Compose)."""
    between = [Link(a, b) for a in replicas for b in replicas if a != b]
    writes = [Link(g, n) for g in gateways for n in replicas]
    orders = [Link(CONTROLLER, x) for x in (*replicas, *gateways)]
    reports = [Link(x, CONTROLLER) for x in (*replicas, *gateways)]
    stonith = [Link(CONTROLLER, n, out_of_band=True) for n in replicas]
    observing = [Link(LAB, x) for x in (*replicas, *gateways, CONTROLLER)]
    return (
        *(*between, *writes, *orders, *reports, *stonith, *observing),
        *_companion_links((*replicas, *gateways), companions),
        *_device_links(replicas, devices),
    )


def _companion_links(others: Sequence[str], companions: Sequence[str]) -> Iterator[Link]:
    """A companion talks with every replica, gateway and other companion, and with the lab."""
    for index, companion in enumerate(companions):
        for other in (*others, *companions[:index]):
            yield Link(companion, other)
            yield Link(other, companion)
        yield Link(LAB, companion)


def _device_links(replicas: Sequence[str], devices: Sequence[str]) -> Iterator[Link]:
    """A device talks only with replicas, and with the lab."""
    for device in devices:
        for replica in replicas:
            yield Link(device, replica)
            yield Link(replica, device)
        yield Link(LAB, device)


def ports(links: Sequence[Link]) -> dict[Link, int]:
    """The port that each link's proxy listens on inside the Toxiproxy container."""
    return {link: FIRST_PORT + index for index, link in enumerate(links)}
