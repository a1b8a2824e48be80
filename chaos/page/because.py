"""What stands below the headline: why nobody leads, or what it means that two say they do. Never a guess."""

from collections.abc import Iterator, Sequence

from chaos.cluster.links import CONTROLLER
from chaos.page.seen import ELECTION, Account, Seen
from chaos.report.fault_words import listed
from services.single_leader.acknowledgement import RULES, enough_promises

ONLY_ACKNOWLEDGED = "It is a split brain only if both acknowledge writes."


def because(seen: Seen) -> str:
    """The reason, where the nodes' accounts and the settings give one; else nothing."""
    if seen.family != "single-leader":
        return ""
    return " ".join(filter(None, _of_each(seen)))


def _of_each(seen: Seen) -> Iterator[str]:
    for partition, group in seen.groups.items():
        leaders = [each for each in group if each.get("role") == "leader"]
        where = f"Partition {partition}: " if partition else ""
        if len(leaders) > 1:
            yield ONLY_ACKNOWLEDGED
        elif not leaders and (reason := _why_nobody(seen, group)):
            yield f"{where}{reason}"


def _why_nobody(seen: Seen, group: Sequence[Account]) -> str:
    coordination = seen.settings.get("coordination", "controller")
    if coordination == ELECTION:
        return _too_few_votes(group)
    if "role" not in seen.account(CONTROLLER):
        return "The controller does not answer, and nobody else promotes."
    if reason := _too_few_answers(seen, group) or _as_controller_says(seen):
        return reason
    return "Nobody is promoted until an operator orders it." if coordination == "manual" else ""


def _as_controller_says(seen: Seen) -> str:
    said: str = seen.account(CONTROLLER).get("why_nobody", "")
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _too_few_votes(group: Sequence[Account]) -> str:
    answering = [each["node"] for each in group if "role" in each]
    needed = len(group) // 2 + 1
    if len(answering) >= needed:
        return ""
    return f"An election needs {needed} votes of {len(group)}; {_only(answering)}."


def _too_few_answers(seen: Seen, group: Sequence[Account]) -> str:
    """With fewer promises than these, none of those that promise may have an acknowledged write."""
    rule = next((each for each in RULES if each == seen.settings.get("replication")), None)
    named = len(seen.settings.get("synchronous") or ())
    watches = seen.account(CONTROLLER).get("watches", {})
    if rule is None or not watches:
        return ""
    heard = [each["node"] for each in group if watches.get(each["node"])]
    needed = enough_promises(rule, len(watches), named)
    if len(heard) >= needed:
        return ""
    who = f"{heard[0]} may not lead alone" if len(heard) == 1 else f"The controller hears {_names(heard)}"
    return (
        f"{who}: promotion needs answers from {needed} of {len(watches)} replicas, "
        "or an acknowledged write could be missing."
    )


def _names(names: Sequence[str]) -> str:
    return f"only {listed(names)}" if names else "no replica"


def _only(names: Sequence[str]) -> str:
    if not names:
        return "nobody answers"
    return f"only {listed(names)} {'answers' if len(names) == 1 else 'answer'}"
