"""What Jepsen's forms have in common: an operation as a map, made into our events, and back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chaos.history import NEMESIS, Event, History, HistoryError, Key, misfit
from chaos.interchange.gaps import filled, key_of

TYPES = ("invoke", "ok", "fail", "info")
KEYED = ("read", "write", "cas", "delete", "add")


def history_of(rows: Iterable[tuple[int, Any]]) -> History:
    """The history of these maps, each with the line on which it stood. Raises `HistoryError`."""
    rows = filled(rows)
    maps = [row for _, row in rows if isinstance(row, Mapping)]
    highest = max((row["process"] for row in maps if isinstance(row.get("process"), int)), default=-1)
    adds = (row.get("value") for row in maps if row.get("f") == "add")
    pairs = [value for value in adds if isinstance(value, list) and len(value) == 2]
    sets = {key_of(key): any(value == [key, key] for value in pairs) for key, _ in pairs}
    return History.of(_Renumbered(highest + 1, any(map(_asks_without_a_key, maps)), sets).events(rows))


def _asks_without_a_key(row: Mapping[str, Any]) -> bool:
    """Whether it is a read that was called with nil: then no value in this file has a key in it."""
    is_read = row.get("type") == "invoke" and row.get("f") == "read"
    return is_read and "key" not in row and row.get("value") is None and isinstance(row.get("process"), int)


class _Renumbered:
    """Gives dense indexes, times that never go back, and a new process to whoever goes on after an info.

    New processes are numbered from `next_process`; all others keep their numbers. `keyless`: no value has a
    key in it. `sets` has the keys to which somebody adds, and whether the key is an element as well.
    """

    def __init__(self, next_process: int, keyless: bool, sets: Mapping[Key, bool]) -> None:
        self.keyless, self.sets = keyless, sets
        self.processes: dict[int, int] = {}
        self.open: dict[object, Event] = {}
        self.paired: dict[object, bool] = {}
        self.next_process = next_process
        self.time = 0

    def events(self, rows: Iterable[tuple[int, Any]]) -> Iterator[Event]:
        for index, (line, row) in enumerate(rows):
            try:
                yield self.event(index, row)
            except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
                raise HistoryError(f"line {line}: {error}") from error

    def event(self, index: int, row: Any) -> Event:
        """The next event. Raises `ValueError` for what is none."""
        if not isinstance(row, Mapping):
            raise ValueError(f"expected a map of an operation, not {row!r}")
        for field in ("type", "process", "f"):
            if field not in row:
                raise ValueError(f"expected an operation with :{field}, not {dict(row)!r}")
        if row["type"] not in TYPES:
            raise ValueError(f"expected a type of {', '.join(TYPES)}, not {row['type']!r}")
        self.time = max(self.time, int(row.get("time") or index))
        if not isinstance(row["process"], int):
            return self.fault(index, row)
        return self.operation(index, row)

    def fault(self, index: int, row: Mapping[str, Any]) -> Event:
        value = row.get("value")
        return Event(index=index, time=self.time, type="info", process=NEMESIS, f=str(row["f"]), value=value)

    def operation(self, index: int, row: Mapping[str, Any]) -> Event:
        who, type_ = row["process"], row["type"]
        if type_ == "invoke" and who in self.open:
            raise ValueError(f"process {who} begins another operation before its last one ended")
        if type_ != "invoke" and who not in self.open:
            raise ValueError(f"process {who} ends an operation that it never began")
        begun = self.open.get(who)
        if begun is None:
            key, value = self.asked(who, row)
        else:
            key, value = begun.key, self.answered(who, row, begun)
            wrong = misfit(begun.f, begun.value, value) if type_ == "ok" else None
            if wrong:
                raise ValueError(wrong)
        error = None if row.get("error") is None else str(row["error"])
        fields = {"key": key, "value": value, "error": error, "node": row.get("node")}
        event = Event(
            index=index,
            time=self.time,
            type=type_,
            process=self.processes.setdefault(who, who),
            f=str(row["f"]),
            **fields,
        )
        self.follow(who, event)
        return event

    def asked(self, who: object, row: Mapping[str, Any]) -> tuple[Key | None, Any]:
        """Key and value; a register without a name is `x`. Remembers how the answer will be written."""
        f, value = row["f"], row.get("value")
        self.paired[who] = "key" not in row and not self.keyless and _is_keyed_pair(f, value)
        if self.paired[who]:
            key, inner = row["value"]
            return key_of(key), inner
        if "key" in row:
            return key_of(row["key"]), value
        return "x" if f in KEYED else None, value

    def answered(self, who: object, row: Mapping[str, Any], begun: Event) -> Any:
        """The result; where none is told, what was asked for."""
        value = row.get("value")
        if value is None and row["type"] != "ok":
            return begun.value
        if not self.paired[who] or not isinstance(value, list):
            return value
        if begun.f == "read" and begun.key in self.sets and self.is_bare(value, begun.key):
            return value  # elle-cli's sets are asked for by their key, and answered without it
        if len(value) != 2 or key_of(value[0]) != begun.key:
            raise ValueError(
                f"expected the end of {begun.f} on key {begun.key!r} as [key value], not {value!r}"
            )
        return value[1]

    def is_bare(self, answer: list[Any], key: Key | None) -> bool:
        """Whether this answer of a set is its elements alone; two may look like a key and a value."""
        if len(answer) != 2 or key_of(answer[0]) != key:
            return True
        return key is not None and self.sets[key] and not isinstance(answer[1], list | None)

    def follow(self, who: int, event: Event) -> None:
        """Remember what is open; after an info the number is used up."""
        if event.type == "invoke":
            self.open[who] = event
            return
        del self.open[who]
        if event.type == "info":
            self.processes[who] = self.next_process
            self.next_process += 1


def _is_keyed_pair(f: str, value: Any) -> bool:
    """Jepsen's independent keys: `[key value]`; a plain cas is a pair as well, of two values."""
    pair = f in KEYED and isinstance(value, list) and len(value) == 2
    return pair and (f != "cas" or isinstance(value[1], list))


def rows_of(history: History) -> Iterator[dict[str, Any]]:
    """Each event as Jepsen's map; the key goes into the value. Final reads are left out: Jepsen has none."""
    for event in history.events:
        if not event.final:
            value = event.value if event.key is None else [event.key, event.value]
            row = {"type": event.type, "process": event.process, "f": event.f, "value": value}
            error = {} if event.error is None else {"error": event.error}
            yield {**row, "time": event.time, "index": event.index, **error}
