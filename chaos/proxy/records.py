"""What a proxy and a toxic are, as the API shows them."""

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any


class Direction(Enum):
    """Upstream carries requests from the client to the server, downstream its answers."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


@dataclass(frozen=True)
class ProxySettings:
    """What a client asks of a proxy; `listen` may leave the port (`:0`) or everything (empty) open."""

    name: str
    listen: str
    upstream: str


@dataclass(frozen=True)
class Toxic:
    """A toxic on one direction of a proxy; it strikes a connection with probability `toxicity`.

    `stream` is the direction as the client spelled it, `attributes` the parameter record of its type.
    """

    name: str
    type: str
    stream: str
    toxicity: float
    attributes: Any

    @property
    def direction(self) -> Direction:
        """The direction it works on."""
        return Direction(self.stream.lower())

    def as_json(self) -> dict[str, Any]:
        """The form that the API shows, every attribute included."""
        return {
            "attributes": asdict(self.attributes),
            "name": self.name,
            "type": self.type,
            "stream": self.stream,
            "toxicity": int(self.toxicity) if self.toxicity.is_integer() else self.toxicity,
        }
