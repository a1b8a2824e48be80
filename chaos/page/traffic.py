"""What moved along the links between two looks: how many messages, and how many of them brought data.

Nodes count what they send. The page lets dots fly for it, and not one for each message where there are many.
"""

from collections.abc import Mapping

import msgspec

from chaos.page.seen import Account, Seen

Counts = Mapping[tuple[str, str], tuple[int, int]]  # by who sends and to whom: messages, and those with data


class Moved(msgspec.Struct, frozen=True):
    """On one way, since the look before; `colour` is that of the sender's epoch, where it has one."""

    source: str
    target: str
    messages: int
    with_data: int
    colour: int | None = None


def counted(seen: Seen) -> Counts:
    """What each node that answers has sent so far."""
    return {
        (account["node"], to): (messages, with_data)
        for account in seen.running
        for to, (messages, with_data) in account.get("sent", {}).items()
    }


def moved(seen: Seen, before: Counts) -> tuple[Moved, ...]:
    """What was sent since `before`; a node that has started again counts from the beginning."""
    ways = []
    for (source, target), (messages, with_data) in counted(seen).items():
        old_messages, old_with_data = before.get((source, target), (messages, with_data))
        if messages < old_messages:
            old_messages, old_with_data = 0, 0
        if messages > old_messages:
            more = messages - old_messages, with_data - old_with_data
            ways.append(Moved(source, target, *more, _colour(seen.account(source))))
    return tuple(ways)


def _colour(account: Account) -> int | None:
    """Who leads acknowledges, and a reign has one colour everywhere on the page."""
    leads = account.get("role") == "leader"
    return account.get("epoch") or None if leads else None
