"""Messages of a run in which none were overheard, as far as answers, logs and the lab's samples tell.

A client knows when it asked its gateway and when the answer came, and the answer names the node that gave it,
so that node was asked as well. A node's log mentions the orders that it gave or refused. If a follower's log
was longer in one sample than in the one before, the leader of its epoch sent it entries in between, while no
fault had cut the link. What else nodes said to each other, such as heartbeats, is unknown and not made up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chaos.cluster import Event
from chaos.cluster.links import CONTROLLER
from chaos.history import Operation
from chaos.report.bands import bands
from chaos.report.cast import cast_of
from chaos.report.saved import Saved

CLIENT = "client"
SILENCE = ("timed-out", "connection-lost")  # errors that leave open whether there was an answer
# Events that mention a message: the fields with its sender and receiver; None is the node that logged it.
SPEAKING: Mapping[str, tuple[str | None, str | None]] = {
    "fenced": (None, "target"),
    "leader-appointed": (None, "leader"),
    "old-leader-shut-down": (None, "target"),
    "refused-old-leader": ("sender", None),
    "tail-set-aside": ("for_leader", None),
}


def messages_of(saved: Saved) -> Sequence[Mapping[str, Any]]:
    """All that is known, in the form of `messages.jsonl`, in the order of sending.

    Nodes that note what they say do not hear a client that coordinates for itself, so its part is added.
    """
    if not saved.messages:
        return hearsay(saved)
    if any(message["from"] == CLIENT for message in saved.messages):
        return saved.messages
    return sorted((*saved.messages, *_of_clients(saved)), key=lambda message: message["time"])


def hearsay(saved: Saved) -> list[dict[str, Any]]:
    """What is known if nothing was overheard."""
    asked = [op for op in saved.history.client_operations if op.gateway]
    passed_on = (op for op in asked if op.outcome == "ok" and op.node not in (None, op.gateway))
    messages = (
        *_of_clients(saved),
        *(_asked(op, saved, str(op.gateway), str(op.node)) for op in passed_on),
        *_logged(saved.events),
        *_shipped(saved),
    )
    return sorted(messages, key=lambda message: message["time"])


def _of_clients(saved: Saved) -> Iterator[dict[str, Any]]:
    asked = (op for op in saved.history.client_operations if op.gateway)
    return (_asked(op, saved, CLIENT, str(op.gateway)) for op in asked)


def _asked(operation: Operation, saved: Saved, source: str, target: str) -> dict[str, Any]:
    """One request and its answer, each as long as a picture needs: only the two ends are known."""
    ended = saved.ended_ns(operation)
    in_doubt = operation.outcome == "info" and str(operation.error).partition(":")[0] in SILENCE
    is_known = ended is not None and not in_doubt
    return {
        **{"time": operation.invoked_ns, "from": source, "to": target, "kind": operation.f},
        "arrived": operation.invoked_ns if is_known else None,
        **{"answered": ended if is_known else None, "ended": ended},
        **{"outcome": "ok" if is_known else "timed-out", "entries": 1, "key": operation.key},
    }


def _shipped(saved: Saved) -> Iterator[dict[str, Any]]:
    """What made a follower's log longer between two samples, as one message."""
    looks = [look for look in saved.samples if isinstance(look.get("position"), list) and look.get("epoch")]
    leaders = {_group(look, saved): str(look["node"]) for look in looks if look["role"] == "leader"}
    before: dict[str, Mapping[str, Any]] = {}
    cuts = _cuts(saved)
    for look in looks:
        node = str(look["node"])
        earlier, leader = before.get(node, look), leaders.get(_group(look, saved), node)
        before[node] = look
        entries = look["position"][-1] - earlier["position"][-1]
        if entries > 0 and leader != node and earlier["epoch"] == look["epoch"]:
            begin, end = _while_whole((earlier["time"], look["time"]), cuts.get((leader, node), ()))
            yield {
                **{"time": begin, "from": leader, "to": node, "kind": "append", "entries": entries},
                **{**dict.fromkeys(("arrived", "answered", "ended"), end), "outcome": "ok"},
            }


def _cuts(saved: Saved) -> Mapping[tuple[str, str], list[tuple[int, int]]]:
    """When which links were cut."""
    cast = cast_of(saved)
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for band in (band for band in bands(saved.history) if band.effect == "cut"):
        for link in band.links(cast):
            until_ns = saved.end_ns if band.to_ns is None else band.to_ns
            found.setdefault((link.source, link.target), []).append((band.from_ns, until_ns))
    return found


def _while_whole(span: tuple[int, int], cuts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The part of a span in which the link let something through: before a cut, or after it."""
    begin, end = span
    for cut, mended in cuts:
        if cut <= begin < mended < end:
            begin = mended
        elif begin < cut < end:
            end = cut
    return begin, end


def _group(look: Mapping[str, Any], saved: Saved) -> tuple[int | None, int]:
    """Each partition counts epochs of its own, and in each of them one node leads."""
    return saved.partitions.get(str(look["node"])), look["epoch"]


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
