"""What is to be said of each log in general, and of this write in particular."""

from collections.abc import Mapping, Sequence

from chaos.logdiff.pieces import LogName, Shown

MOST_CHARACTERS = 240
TITLES: Mapping[LogName, str] = {
    "statement": "statements",
    "wal": "write-ahead log",
    "row": "row records",
    "trigger": "triggers and an outbox",
}
SHORT: Mapping[LogName, str] = {"statement": "statements", "wal": "WAL", "row": "rows", "trigger": "outbox"}
HOLDS: Mapping[LogName, str] = {
    "statement": "the text of the transaction",
    "wal": "the pages of the database file that changed, as SQLite wrote them to its own log",
    "row": "each row that is another one now, and a commit record",
    "trigger": "what triggers noted of each change, as the carrier is told it",
}
FOLLOWERS: Mapping[LogName, str] = {
    "statement": "A follower executes the text again, with its own clock, chance and counters.",
    "wal": "A follower puts each page in place of its own page of that number: its file is the leader's.",
    "row": "A follower keeps the rows until their commit record, then puts all of them into its tables.",
    "trigger": "A process outside asks for the rows after its place, and writes them into another store.",
}
ALWAYS: Mapping[str, Mapping[LogName, str]] = {
    "now() and rand()": {
        "statement": "asked again by each copy",
        "wal": "their answers are in the pages",
        "row": "their answers are in the rows",
        "trigger": "their answers are in the rows",
    },
    "old values": {
        "statement": "none",
        "wal": "none: a page is as it is now",
        "row": "the key; all of them where a table has no key",
        "trigger": "none",
    },
    "values in between": {
        "statement": "come about again",
        "wal": "none: a page as the commit leaves it",
        "row": "none: a row once, as the commit leaves it",
        "trigger": "all: a row for each change",
    },
    "what it covers": {
        "statement": "what the text touches",
        "wal": "the whole file: indexes, counters, layout",
        "row": "the rows of all tables",
        "trigger": "name and price of items, where triggers sit",
    },
    "the transaction's end": {
        "statement": "the record's",
        "wal": "the frame that says how long the database is",
        "row": "the commit record",
        "trigger": "not told",
    },
}


def brief(text: str) -> str:
    """The beginning of a text that would push everything else out of sight."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]} … ({len(text):,} characters)"


def answers(shown: Shown) -> dict[str, str]:
    """The rows of the comparison, by what is asked."""
    return {
        "bytes in the log": f"{shown.log_bytes:,}",
        "bytes on the wire": f"{shown.message_bytes:,}",
        **{question: said[shown.name] for question, said in ALWAYS.items()},
        "other storage format": shown.followed.other_format,
        "the copy afterwards": shown.followed.outcome,
    }


def table(columns: Sequence[Shown]) -> dict[str, list[str]]:
    """The comparison: by what is asked, an answer for each log."""
    answered = [answers(shown) for shown in columns]
    return {question: [of[question] for of in answered] for question in answered[0]}
