"""What a node logged, in a sentence for the story; an unknown event is told as the node logged it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chaos.cluster import Event
from chaos.running.narrator import in_words
from services.logline import is_notable

SENTENCES: Mapping[str, str] = {
    "promoted": "{node} becomes the leader of epoch {epoch}, at position {position} ({reason}).",
    "demoted": "{node} stops leading epoch {of_epoch}: {reason}.",
    "failover-begun": "The controller gives up on the leader ({reason}) and prepares epoch {to_epoch}.",
    "fenced": "{target} now rejects leaders older than epoch {to_epoch}; its log ends at {its_position}.",
    "leader-appointed": "The controller announces that {leader} leads epoch {epoch}.",
    "tail-set-aside": "{node} finds {entries} entries in its log that {for_leader} does not have, drops them "
    "and sets them aside in a file.",
    "lease-expired": "The lease of {node} has run out: it confirms nothing more.",
    "refused-old-leader": "{node} refuses what {sender} sends: its epoch {its_epoch} is over.",
    "shut-down-by-order": "{node} is shut down by order: {reason}.",
    "powered-off": "The power switch of {node} ends it, as {by} orders: {reason}.",
    "power-switch-failed": "The power switch of {target} does not confirm that it is off: {reason}.",
    "old-leader-shut-down": "The power switch of {target} tells the controller that it is off ({reason}).",
    "fell-back-to-async": "{node} goes on without waiting for its followers ({reason}), and tells no client.",
    "started": "{node} starts.",
    "waits-for-room": "{node} cannot begin before there is room: {reason}.",
    "stands-for-election": "{node} asks the others to vote for it as leader of epoch {to_epoch} ({reason}).",
    "voted": "{node} votes for {candidate} in epoch {to_epoch}, and for nobody else.",
    "election-broken-off": "{node} does not become the leader of epoch {to_epoch}: {reason}.",
    "hands-over": "{node} hands the lead over to {to}.",
    "hand-over-failed": "{node} could not hand the lead over: {reason}.",
    "replica-joined": "The controller lets {newcomer} join.",
    "adds-follower": "{node} begins to send its log to {follower}.",
    "takes-a-copy": "{node} asks for a whole copy ({reason}).",
    "copy-in-place": "{node} has a whole copy of the data, and goes on from there.",
    "copy-interrupted": "The copy for {node} is interrupted: {reason}.",
    "newcomer-caught-up": "{follower} has caught up.",
    "newcomer-counts": "{follower} counts as a follower from now on.",
    "synchronous-follower-replaced": "{node} waits for {now} from now on, and no longer for {was}.",
    "refused-log": "{node} refuses the log that {sender} sends: {reason}.",
    "changes-undone": "{node} takes {changes} changes back and goes on from {place}: {reason}.",
    "took-a-snapshot": "{node} begins its copy anew with a snapshot of {rows} rows, at {place}: {reason}.",
    "consumer-waits": "{node} can learn nothing at the moment: {reason}.",
    "upgraded": "{node} has put its data into the new storage format (text in {encoding}).",
    "too-few-answers": "{node} gives up on a {to_a}: {got} of {of} homes answered, and {needed} must.",
    "handed-home": "{node} hands {to} what it has kept for it: {count} keys.",
    "hints-expired": "{node} forgets {count} hints for {to}, which was away for too long.",
    "many-siblings": "{node} holds {count} values of {key}: somebody does not merge what it reads.",
    "tombstones-collected": "{node} drops {count} tombstones.",
    "read-repaired": "{node} sends {peer} the newer value of {key}, {now}: it had answered with {was}.",
    "anti-entropy": "{node} and {peer} compare what they hold: {keys} keys differed, and are alike now.",
    "change-waits": "{node} holds {change} back, which {sender} sends, until {for_changes} is here.",
    "peer-is-back": "{node} reaches {peer} again, which lacks {lacks} changes.",
    "peer-has-everything": "{peer} has everything that {node} has for it.",
    "conflict-merged": "{node} finds that values of {key} were written without knowing of each other, and "
    "makes one of them: {kept}.",
    "conflict-resolved": "{node} finds that values of {key} were written without knowing of each other: {by} "
    "keeps {kept}, and {lost}, taken by {of}, is gone.",
    "conflict-recorded": "{node} finds that values of {key} were written without knowing of each other, and "
    "keeps all of them: {kept}.",
    "lock-taken": "{by} holds the lock of {key} at {node}: only {by} may type.",
    "semi-sync-restored": "{node} waits for a follower again before it confirms.",
}
TOLD_ONCE = (  # when said again and again
    *("refused-old-leader", "too-few-answers", "read-repaired", "many-siblings"),
    *("conflict-resolved", "conflict-recorded", "conflict-merged", "change-waits"),
)
# What is said of several, and of one thing.
OF_ONE = (
    (r"\b1 entries\b(.*) drops them and sets them aside", r"1 entry\1 drops it and sets it aside"),
    (r"\b1 keys differed, and are alike", "1 key differed, and is alike"),
    (r"\b1 (change|hint|key|row|tombstone|value)s\b", r"1 \1"),
)
UNTOLD = ("emptied",)  # the beginning of every run


def is_told(event: Event) -> bool:
    """True for what belongs into the story."""
    return event.event not in UNTOLD and (event.event in SENTENCES or is_notable(event.event))


def sentence(event: Event, times: int = 1) -> str:
    """What happened at the node; `times` it happened in a row."""
    fields: dict[str, Any] = {"node": event.node, **event.fields}
    try:
        text = SENTENCES[event.event].format_map(fields)
    except (KeyError, IndexError):
        text = in_words(event)
    for several, one in OF_ONE:
        text = re.sub(several, one, text)
    return text if times == 1 else f"{text} ({times} times in a row)"


def in_rows(events: Sequence[Event]) -> list[tuple[Event, int]]:
    """The told events; what a node says again and again is told once, with its count."""
    rows: list[tuple[Event, int]] = []
    latest: dict[str, int] = {}
    for event in filter(is_told, events):
        place = latest.get(event.node)
        if place is not None and rows[place][0].event == event.event in TOLD_ONCE:
            rows[place] = (rows[place][0], rows[place][1] + 1)
        else:
            latest[event.node] = len(rows)
            rows.append((event, 1))
    return rows
