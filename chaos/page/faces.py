"""A node as it is drawn: its role, how far it is, and how far behind, in the terms of its family."""

from collections.abc import Mapping, Sequence
from typing import Any

from chaos.cluster.links import CONTROLLER
from chaos.page.choices import choices
from chaos.page.picture import Bar, NodeShown, Ring
from chaos.page.seen import Account, Seen
from chaos.report.words import counted

TIMERS: Mapping[str, Sequence[str]] = {  # by the steps that are left
    "lease": (
        "its lease has run out",
        "its lease runs out in a moment",
        "its lease was not renewed in time",
        "its lease was not renewed in time",
        "its lease is renewed in time",
    ),
    "detection": (
        "{whose} is taken for dead",
        "{whose} is silent, and taken for dead in a moment",
        "{whose} is silent",
        "{whose} is silent",
        "{whose} was heard in time",
    ),
}
HALF_FULL = 5  # so far behind, and a bar is half full
TITLES: Mapping[str, str] = {
    "dead": "dead",
    "paused": "paused",
    "silent": "does not answer",
}


MEANT: Mapping[str, str] = {
    "paused": "it stands still and does not know it",
    "silent": "its process runs",
}


def face(seen: Seen, account: Account) -> NodeShown:
    """The node at this moment."""
    node = account["node"]
    state = _state(account)
    common = {
        "name": node,
        "kind": seen.kind(node),
        "state": state,
        "partition": account.get("partition"),
        "choices": choices(seen, node),
        "rings": rings(seen, account),
    }
    if state in TITLES:
        return NodeShown(title=TITLES[state], meant=MEANT.get(state, ""), **common)
    draw = OF_FAMILY.get(seen.family, _plain)
    return NodeShown(**{**common, **draw(seen, account)})


def rings(seen: Seen, account: Account) -> tuple[Ring, ...]:
    """Its own timers, and how long the controller still waits for it."""
    node = account["node"]
    left: dict[str, int] = dict(account.get("timers", {}))
    watches = seen.account(CONTROLLER).get("watches", {})
    if node in watches:
        left["detection"] = watches[node]
    whose = "its leader" if "detection" in account.get("timers", {}) else node
    return tuple(
        Ring(kind, steps / 4, TIMERS[kind][min(steps, 4)].format(whose=whose))
        for kind, steps in left.items()
        if kind in TIMERS
    )


def _state(account: Account) -> str:
    if account.get("process") != "running":
        return str(account.get("process", "dead"))
    return str(account.get("role", "silent"))


def _plain(seen: Seen, account: Account) -> dict[str, Any]:
    mark = account.get("mark", "")
    return {"title": account["role"], "lines": (mark,) if mark else ()}


def _single_leader(seen: Seen, account: Account) -> dict[str, Any]:
    role, epoch = account["role"], account.get("epoch") or None
    if role not in ("leader", "follower"):
        leader = account.get("leader")
        believes = f"leader: {leader}" if leader else "knows no leader"
        return {**_plain(seen, account), "lines": () if role == "companion" else (believes,), "epoch": epoch}
    position = ".".join(map(str, account.get("position", ())))
    waits = _synchronous(seen, account)
    return {
        "title": role,
        "lines": (f"epoch {epoch or '?'}", f"at {position}"),
        "badge": "synchronous" if waits else "",
        "epoch": epoch,
        "bar": _lag(seen, account),
    }


def _synchronous(seen: Seen, account: Account) -> bool:
    """Does the leader wait for this follower before it acknowledges?"""
    leaders = [each for each in seen.fellows(account["node"]) if each.get("role") == "leader"]
    replication = seen.settings.get("replication")
    if account["role"] != "follower" or not leaders:
        return False
    if replication == "semi-sync":
        return bool(leaders[0].get("synchronous") == account["node"])
    waits_for = leaders[0].get("waits_for") or leaders[0].get("caught_up", ())
    return replication == "sync" and account["node"] in waits_for


def _lag(seen: Seen, account: Account) -> Bar | None:
    """What its leader says of it, unless it is seen to have everything.

    The leader counts what was not confirmed to it, and may be asked a moment earlier than the follower.
    """
    behind: Mapping[str, Any] | None = account.get("behind")
    if behind is None:
        return None
    count = 0 if _has_everything(seen, account) else behind["positions"]
    return bar(count, f"{counted(count, 'entry', 'entries')} behind" if count else "nothing is missing")


def _has_everything(seen: Seen, account: Account) -> bool:
    """Is it as far as the leader of its epoch?"""
    position = account.get("position")
    leaders = (
        each
        for each in seen.fellows(account["node"])
        if each.get("role") == "leader" and each.get("epoch") == account.get("epoch")
    )
    return any(bool(position) and each.get("position") == position for each in leaders)


def _multi_leader(seen: Seen, account: Account) -> dict[str, Any]:
    if account["role"] == "gateway":
        return {**_plain(seen, account), "lines": _asks(seen, account)}
    if account["role"] not in ("leader", "device"):
        return _plain(seen, account)
    known: Mapping[str, int] = account.get("origins", {})
    missing = sum(max(0, most - known.get(origin, 0)) for origin, most in _newest(seen).items())
    vector = " ".join(f"{origin}:{count}" for origin, count in sorted(known.items())) or "nothing yet"
    siblings = account.get("siblings", 0)
    lines = [vector] + (
        [counted(siblings, "key with several values", "keys with several values")] * bool(siblings)
    )
    words = f"{counted(missing, 'change')} not heard of yet" if missing else "nothing is missing"
    badge = counted(account.get("conflicts", 0), "conflict") if account.get("conflicts") else ""
    return {"title": account["role"], "lines": tuple(lines), "badge": badge, "bar": bar(missing, words)}


def _asks(seen: Seen, account: Account) -> tuple[str, ...]:
    """Whose clients those of this gateway are now."""
    if seen.settings.get("home") == "record":
        return ("a leader for each key",)
    places = (f"in {account['datacenter']}",) if account.get("datacenter") else ()
    return (f"leader: {account['leader']}", *places) if account.get("leader") else ()


def _newest(seen: Seen) -> Mapping[str, int]:
    """How many changes of each leader there are, as far as any answering node knows."""
    newest: dict[str, int] = {}
    for account in seen.running:
        for origin, count in account.get("origins", {}).items():
            newest[origin] = max(newest.get(origin, 0), count)
    return newest


def _leaderless(seen: Seen, account: Account) -> dict[str, Any]:
    if account["role"] == "gateway":
        under_way = account.get("under_way", 0)
        told = f"{counted(under_way, 'message')} under way"
        return {"title": "coordinator", "lines": (told,) if under_way else ()}
    if account["role"] != "home":
        return _plain(seen, account)
    hints = account.get("hints", 0)
    words = f"keeps {counted(hints, 'write')} for others" if hints else "keeps nothing for others"
    lines = [counted(account.get("keys", 0), "key"), account.get("mark", "")]
    badge = counted(hints, "hint") if hints else ""
    return {"title": "home", "lines": tuple(filter(None, lines)), "badge": badge, "bar": bar(hints, words)}


OF_FAMILY = {
    "single-leader": _single_leader,
    "multi-leader": _multi_leader,
    "leaderless": _leaderless,
}


def bar(count: int, words: str) -> Bar:
    """A bar that is empty for none and never quite full."""
    return Bar(round(count / (count + HALF_FULL), 3), words)
