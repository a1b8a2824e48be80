"""Small histories of transactions on lists, drawn with a seed: from a database that errs, and at random.

`database` keeps real lists. Its transactions read snapshots or what is there, committed or not, roll back,
and now and then one of them loses what another appended. `drawn` gives every list an order in advance and
lets reads show any beginning of it. Both are then disturbed a little, in a part of the cases.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from chaos.history import Event, History

KEYS = ("x", "y")


@dataclass
class Transaction:
    """What it asks, what it was answered, and what it sees of each list, once it has begun."""

    number: int
    asked: list[list[Any]]
    answers: list[list[Any]] = field(default_factory=list)
    snapshot: dict[str, list[int]] = field(default_factory=dict)
    own: dict[str, list[int]] = field(default_factory=dict)


def transactions(random: Random, count: int) -> list[Transaction]:
    """With an element of its own for each append."""
    elements, made = 0, []
    for number in range(count):
        asked: list[list[Any]] = []
        for _ in range(random.choice((1, 2, 2, 3, 3, 4))):
            key = random.choice(KEYS)
            if random.random() < 0.5:
                asked.append(["r", key, None])
            else:
                elements += 1
                asked.append(["append", key, elements])
        made.append(Transaction(number, asked))
    return made


def history(random: Random) -> History:
    """Two to five transactions, by one of both ways, in random sessions and at random times."""
    every = transactions(random, random.randint(2, 5))
    isolation = random.choice(("serial", "snapshot", "committed", "dirty", "careless"))
    rows = database(random, every, isolation) if random.random() < 0.6 else drawn(random, every)
    if random.random() < 0.3:
        disturb(random, rows)
    return recorded(random, rows)


def database(random: Random, every: list[Transaction], isolation: str) -> list[dict[str, Any]]:
    """The events of these transactions in a database; only `serial` and `snapshot` keep a promise."""
    lists: dict[str, list[int]] = {key: [] for key in KEYS}
    dirty: dict[str, list[int]] = {key: [] for key in KEYS}
    waiting, rows = list(every), []
    active: list[Transaction] = []
    while waiting or active:
        if waiting and (not active or (isolation != "serial" and random.random() < 0.4)):
            one = waiting.pop(0)
            one.snapshot = {key: list(values) for key, values in lists.items()}
            active.append(one)
            rows.append(row("invoke", one, one.asked))
            continue
        one = random.choice(active)
        if len(one.answers) < len(one.asked):
            f, key, value = one.asked[len(one.answers)]
            if f == "append":
                one.own.setdefault(key, []).append(value)
                dirty[key].append(value)
                one.answers.append([f, key, value])
                continue
            base = {"dirty": dirty, "committed": lists}.get(isolation, one.snapshot)[key]
            others = [element for element in base if element not in one.own.get(key, [])]
            one.answers.append([f, key, [*others, *one.own.get(key, [])]])
            continue
        active.remove(one)
        rows += ended(random, isolation, one, lists, dirty)
    return rows


def ended(
    random: Random,
    isolation: str,
    one: Transaction,
    lists: dict[str, list[int]],
    dirty: dict[str, list[int]],
) -> list[dict[str, Any]]:
    """It commits, or not, and its client hears of it, or not."""
    won = isolation != "snapshot" or all(lists[key] == one.snapshot[key] for key in one.own)
    told = random.choice(("ok", "ok", "ok", "ok", "fail", "info", "open")) if won else "fail"
    happens = told == "ok" or (told in ("info", "open") and random.random() < 0.5)
    for key, own in one.own.items():
        if not happens:
            dirty[key] = [element for element in dirty[key] if element not in own]
        elif isolation == "careless" and random.random() < 0.5:
            lists[key] = [*one.snapshot[key], *own]
        else:
            lists[key] = [*lists[key], *own]
    return [] if told == "open" else [row(told, one, one.answers if told == "ok" else one.asked)]


def drawn(random: Random, every: list[Transaction]) -> list[dict[str, Any]]:
    """The events of these transactions, whose reads show beginnings of lists that stand beforehand."""
    ends = [random.choice(("ok", "ok", "ok", "info", "open", "fail")) for _ in every]
    order: dict[str, list[int]] = {key: [] for key in KEYS}
    for one, end in zip(every, ends, strict=True):
        if end == "ok" or random.random() < (0.05 if end == "fail" else 0.4):
            for f, key, value in one.asked:
                if f == "append":
                    order[key].append(value)
    for values in order.values():
        if random.random() < 0.7:
            random.shuffle(values)
    rows, running = [], []
    for one, end in zip(every, ends, strict=True):
        one.answers = [answer(random, micro, order) for micro in one.asked]
        rows.append(row("invoke", one, one.asked))
        running.append((one, end))
        while running and random.random() < 0.5:
            rows += finished(*running.pop(random.randrange(len(running))))
    return rows + [event for one, end in running for event in finished(one, end)]


def finished(one: Transaction, end: str) -> list[dict[str, Any]]:
    return [] if end == "open" else [row(end, one, one.answers if end == "ok" else one.asked)]


def answer(random: Random, micro: list[Any], order: dict[str, list[int]]) -> list[Any]:
    f, key, value = micro
    return [f, key, value if f == "append" else order[key][: random.randint(0, len(order[key]))]]


def disturb(random: Random, rows: list[dict[str, Any]]) -> None:
    """One read shows an element less, one twice, or two in another order."""
    shown = [m for one in rows if one["type"] == "ok" for m in one["value"] if m[0] == "r" and m[2]]
    if not shown:
        return
    micro = random.choice(shown)
    elements, at = list(micro[2]), random.randrange(len(micro[2]))
    match random.choice(("less", "first", "twice", "swap")):
        case "less":
            del elements[at]
        case "first":
            del elements[at:]
        case "twice":
            elements.append(elements[at])
        case _:
            elements.insert(0, elements.pop(at))
    micro[2] = elements


def row(type_: str, one: Transaction, micros: list[list[Any]]) -> dict[str, Any]:
    return {"type": type_, "process": one.number, "f": "txn", "value": [list(micro) for micro in micros]}


def recorded(random: Random, rows: list[dict[str, Any]]) -> History:
    """As events; processes that are free are used again, so that there are sessions."""
    free: list[int] = []
    process: dict[int, int] = {}
    events = []
    for at, fields in enumerate(rows):
        who = fields["process"]
        if fields["type"] == "invoke":
            process[who] = free.pop() if free and random.random() < 0.6 else 100 + who
        elif fields["type"] != "info":
            free.append(process[who])
        events.append(Event(index=at, time=at, **{**fields, "process": process[who]}))
    return History.of(events)
