"""Which nodes take part in a run, and over which links they can talk, read from the recording."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import msgspec

from chaos.cluster.links import CONTROLLER, LAB, Link, all_links
from chaos.cluster.shape import Shape
from chaos.report.saved import Saved

OF_REPLICAS = ("leader", "follower", "home")


@dataclass(frozen=True)
class Cast:
    """The nodes by kind."""

    replicas: tuple[str, ...]
    gateways: tuple[str, ...]
    has_controller: bool
    companions: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """All but the clients."""
        controller = (CONTROLLER,) if self.has_controller else ()
        return (*self.gateways, *self.replicas, *controller, *self.companions, *self.devices)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links between the nodes shown; the lab's own are not part of the story."""
        shown = {*self.nodes}
        return tuple(
            link
            for link in all_links(self.replicas, self.gateways, self.companions, self.devices)
            if link.source in shown and link.target in shown and link.source != LAB
        )

    def links_named(self, names: Iterable[str]) -> list[Link]:
        """The links of these names, as faults name them."""
        by_name = {link.name: link for link in self.links}
        return [by_name[name] for name in names if name in by_name]


def cast_of(saved: Saved) -> Cast:
    """The cast by the run's own description; without one, all nodes that appear in the recording."""
    if "shape" not in saved.about:
        return _heard_of(saved)
    shape = msgspec.convert(saved.about["shape"], Shape)
    devices = shape.device_names
    others = tuple(companion.name for companion in shape.companions if companion.name not in devices)
    return Cast(shape.machines, shape.gateway_names, True, others, devices)


def _heard_of(saved: Saved) -> Cast:
    """Replicas answer, gateways are asked, the controller logs."""
    operations = saved.history.operations
    logged = {event.node for event in saved.events}
    roles = {event.node: event.fields.get("role") for event in saved.events}
    answering = {operation.node for operation in operations if operation.node}
    sampled = {str(sample["node"]) for sample in saved.samples}
    asked = {operation.gateway for operation in operations if operation.gateway}
    devices = {node for node, role in roles.items() if role == "device"}
    gateways = (asked | {node for node, role in roles.items() if role == "gateway"}) - devices
    replicas = answering | sampled | {node for node, role in roles.items() if role in OF_REPLICAS}
    spoken = {str(message[end]) for message in saved.messages for end in ("from", "to")}
    return Cast(
        replicas=_in_order(replicas - gateways - devices - {CONTROLLER}),
        gateways=_in_order(gateways),
        has_controller=CONTROLLER in logged | spoken or not saved.events,
        devices=_in_order(devices),
    )


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (len(name), name)))
