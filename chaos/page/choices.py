"""What can be done to a node here, and if not, why."""

from collections.abc import Iterator, Mapping

from chaos.cluster import HEALTHY
from chaos.cluster.links import CONTROLLER
from chaos.page.picture import Choice
from chaos.page.seen import ELECTION, Account, Seen
from chaos.page.wires import LOSES, LOSSY, effect

ONLY_SIMULATED = "Only simulated machines have {what} of their own; here this would change yours."

OF_MACHINES = {
    "clocks": {"Set its clock a minute ahead": "clock-ahead", "Set its clock right": "clock-right"},
    "disks": {
        "Fill its disk": "disk-full",
        "Make room on its disk": "disk-free",
        "Replace its disk with an empty one": "disk-empty",
    },
}


def choices(seen: Seen, node: str) -> tuple[Choice, ...]:
    """Everything that a visitor may want to do to `node`, in the order of the page."""
    account = seen.account(node)
    return (
        *_of_the_process(account, node),
        *_of_the_links(seen, node),
        *_of_the_leader(seen, account, node),
        *_of_the_machine(seen, node),
    )


def _of_the_process(account: Account, node: str) -> Iterator[Choice]:
    process = account.get("process", "dead")
    dead = f"{node} is dead." if process == "dead" else ""
    yield Choice("Kill", "kill", node, why_not=dead)
    if process == "dead":
        yield Choice("Start again", "restart", node)
    else:
        yield Choice("Kill and start again", "restart", node)
    paused = f"{node} is paused already." if process == "paused" else ""
    yield Choice("Pause", "pause", node, why_not=dead or paused)
    yield Choice("Resume", "resume", node, why_not="" if paused else f"{node} is not paused.")


def _of_the_links(seen: Seen, node: str) -> Iterator[Choice]:
    links = [link for link in seen.links if not link.out_of_band and node in (link.source, link.target)]
    cut = [link for link in links if link.name in seen.states and seen.states[link.name].cut_requests]
    running = seen.account(node).get("process") == "running"
    still = "" if running else f"{node} is not running, so this would have no effect."
    everybody = "It is cut off from everyone already." if len(cut) == len(links) else ""
    yield Choice("Cut off from everyone", "isolate", node, why_not=still or everybody)
    yield from _with_its_clients(seen, node, still)
    lossy = any(effect(seen.states.get(link.name, HEALTHY)) in LOSES for link in links)
    yield Choice("Slow down all its links", "slow-all", node, why_not=still or (LOSSY if lossy else ""))
    struck = any(link.name in seen.states for link in links)
    healthy = "" if struck else "Nothing is wrong with its links."
    yield Choice("Heal all its links", "heal-links", node, why_not=healthy)


def _with_its_clients(seen: Seen, node: str, still: str) -> Iterator[Choice]:
    """A replica that is cut off alone has nobody to mislead: its clients must be on its side."""
    devices = set(seen.devices)
    for gateway in [door for door in seen.doors if door not in devices] if node in seen.replicas else ():
        label = f"Cut off with {gateway}, from everyone else"
        yield Choice(label, "partition", node, gateway, why_not=still)


def _of_the_leader(seen: Seen, account: Account, node: str) -> Iterator[Choice]:
    if node not in seen.replicas:
        return
    nobody = "" if "promote" in seen.orders else _nobody_is_promoted(seen)
    leads = f"{node} leads already." if account.get("role") == "leader" else ""
    running = "" if account.get("process") == "running" else f"{node} is not running."
    always = nobody or leads or running or _unheard(seen, node)
    alone = "" if _leads(seen, node) else "There is no leader to hand over; promote it instead."
    yield Choice("Promote", "promote", node, why_not=always or _led_well(seen) or _outdated(seen, node))
    over = always or alone or _nobody_asks_the_leader(seen)
    yield Choice("Hand leadership over to it", "hand-over", node, why_not=over)


def _nobody_is_promoted(seen: Seen) -> str:
    if seen.family == "multi-leader":
        return "Every replica leads here."
    return "Nobody leads here, so there is nothing to promote to."


def _unheard(seen: Seen, node: str) -> str:
    """Why the controller cannot make it lead; empty as well where the replicas elect."""
    if seen.settings.get("coordination") == ELECTION:
        return ""
    controller = seen.account(CONTROLLER)
    if "role" not in controller:
        return "The controller does not answer, and nobody else can order that."
    silent = not seen.hears(node)
    return f"The controller does not hear from {node}, so it cannot lead." if silent else ""


def _led_well(seen: Seen) -> str:
    """Whom the controller hears leading: it promotes nobody beside a leader that is well."""
    if seen.settings.get("coordination") == ELECTION:
        return ""
    leader = seen.account(CONTROLLER).get("leader")
    if not leader or seen.account(leader).get("role") != "leader" or not seen.hears(leader):
        return ""
    return f"{leader} leads and answers; kill or cut it off first, or hand over."


def _outdated(seen: Seen, node: str) -> str:
    """Who of those that the controller hears has a newer log: it promotes nobody who lacks a part of it."""
    if seen.settings.get("coordination") == ELECTION:
        return ""
    old_leader = seen.account(CONTROLLER).get("leader")
    heard = {
        each["node"]: tuple(each["position"])
        for each in seen.fellows(node)
        if each.get("position") and each["node"] != old_leader and seen.hears(each["node"])
    }
    newest = max(heard, key=lambda name: heard[name], default=node)
    if node not in heard or heard[newest] == heard[node]:
        return ""
    return f"{newest} has a newer log; promote {newest}, or acknowledged writes may be lost."


def _nobody_asks_the_leader(seen: Seen) -> str:
    """Why the controller cannot ask the leader to hand over; empty as well where the replicas elect."""
    leader = seen.account(CONTROLLER).get("leader")
    if seen.settings.get("coordination") == ELECTION or not leader or seen.hears(leader):
        return ""
    return f"The controller does not hear from {leader}, so it cannot hand over; promote instead."


def _leads(seen: Seen, node: str) -> bool:
    return any(each.get("role") == "leader" for each in seen.fellows(node))


def _of_the_machine(seen: Seen, node: str) -> Iterator[Choice]:
    """What only simulated machines can have; elsewhere it is shown as unavailable."""
    for label, what, ability in (("Wrong clock", "a clock", "clocks"), ("Full disk", "a disk", "disks")):
        if ability not in seen.abilities:
            yield Choice(label, ability, node, why_not=ONLY_SIMULATED.format(what=what))
            continue
        machine = seen.account(node).get("machine", {})
        for each, order in OF_MACHINES[ability].items():
            yield Choice(each, order, node, why_not=_as_it_is(node, order, machine))


def _as_it_is(node: str, order: str, machine: Mapping[str, bool]) -> str:
    """Why that order would change nothing; empty where nobody says what the machine is like."""
    if order == "clock-right" and machine.get("clock_is_right"):
        return f"The clock of {node} is right."
    if order == "disk-free" and machine.get("disk_has_room"):
        return f"The disk of {node} has room."
    if order == "disk-full" and machine.get("disk_has_room") is False:
        return f"The disk of {node} is full already."
    return ""
