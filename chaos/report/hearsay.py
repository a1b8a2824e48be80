"""Messages of a run on which nobody could eavesdrop: as far as clients and the nodes' logs tell.

A client knows when it asked its gateway and when the answer was there; a node's log tells of the orders
that it gave or refused. What nodes said to each other beside that is not known, and is not made up.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chaos.cluster import Event
from chaos.cluster.links import CONTROLLER
from chaos.history import Operation
from chaos.report.saved import Saved

CLIENT = "client"
# Events that speak of a message: the fields with its sender and its receiver; None is whoever logged it.
SPEAKING: Mapping[str, tuple[str | None, str | None]] = {
    "fenced": (None, "target"),
    "leader-appointed": (None, "leader"),
    "old-leader-shut-down": (None, "target"),
    "refused-old-leader": ("sender", None),
    "tail-set-aside": ("for_leader", None),
}


def hearsay(saved: Saved) -> list[dict[str, Any]]:
    """In the form of `messages.jsonl`, in the order of sending."""
    asked = (_asked(op, saved) for op in saved.history.client_operations if op.gateway)
    return sorted([*asked, *_logged(saved.events)], key=lambda message: message["time"])


def _asked(operation: Operation, saved: Saved) -> dict[str, Any]:
    """One request and its answer, each as long as a picture needs: only the two ends are known."""
    ended = saved.ended_ns(operation)
    is_known = operation.outcome != "info" and ended is not None
    return {
        **{"time": operation.invoked_ns, "from": CLIENT, "to": operation.gateway, "kind": operation.f},
        "arrived": operation.invoked_ns if is_known else None,
        **{"answered": ended if is_known else None, "ended": ended},
        **{"outcome": "ok" if is_known else "timed-out", "entries": 1},
    }


def _logged(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    for event in events:
        if event.event not in SPEAKING:
            continue
        sender, receiver = (
            event.node if field is None else event.fields.get(field, CONTROLLER)
            for field in SPEAKING[event.event]
        )
        moment = round(event.time_s * 1e9)
        yield {
            **{"time": moment, "from": sender, "to": receiver, "kind": event.event},
            **dict.fromkeys(("arrived", "answered", "ended"), moment),
            **{"outcome": "ok", "entries": 1},
        }
