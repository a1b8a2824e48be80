"""Writes `history.jsonl` while a run goes on.

Each call here is one unbuffered write, so once it has returned the event is in the file, even if the lab is
killed the next moment. A recorder refuses what a reader would refuse: see `history.Pairing`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from chaos.history import NEMESIS, Event, Key, Pairing, sequence


class Recorder:
    """One run's history. For one event loop, not for threads.

    It goes `into` a file, which must not exist yet (`FileExistsError`: a recording is never overwritten),
    or into a list, for runs that can be repeated at any time. `clock_ns` is any monotonic clock in
    nanoseconds; the moment of construction becomes time 0.
    """

    def __init__(self, into: Path | list[Event], clock_ns: Callable[[], int]) -> None:
        self._file = into.open("xb", buffering=0) if isinstance(into, Path) else None
        self._keep = into.extend if isinstance(into, list) else self._write
        self._clock_ns = clock_ns
        self._began_ns = clock_ns()
        self._latest_ns = 0
        self._next_index = 0
        self._next_process = 0
        self._pairing = Pairing()
        self.ends: dict[int, Event] = {}  # by the index of what they end; only if kept in a list
        self._absent: dict[Key, Any] = {}  # what a read of a missing key shows
        self._homes: dict[Key | None, int | None] = {}  # the partition in which each key was found

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; operations still open stay open in it, for ever in doubt."""
        if self._file:
            self._file.close()

    def elapsed_ns(self) -> int:
        """Nanoseconds since the run began; never decreases."""
        now_ns = self._clock_ns() - self._began_ns
        if now_ns > self._latest_ns:
            self._latest_ns = now_ns
        return self._latest_ns

    def new_process(self) -> int:
        """A process number that has not been used yet."""
        self._next_process += 1
        return self._next_process - 1

    def invoke(
        self,
        process: int,
        f: str,
        key: Key | None,
        value: Any = None,
        *,
        gateway: str | None = None,
        session: str | None = None,
        device: str | None = None,
        saw: Sequence[Any] | None = None,
    ) -> Event:
        """A client begins an operation; `ok`, `fail` or `info` will end the returned event.

        Call this before the request leaves, and the end after the answer came: their order is evidence.
        `saw` is what the client of a change knew of the key; None for a blind one.
        """
        if f != "read" and key is not None:
            self._absent.setdefault(key, [] if f in ("add", "type") else None)
        return self._take(
            Event(
                index=self._next_index,
                time=self.elapsed_ns(),
                type="invoke",
                process=process,
                f=f,
                key=key,
                value=value,
                gateway=gateway,
                session=session,
                device=device,
                saw=None if saw is None else list(saw),
            )
        )

    def ok(
        self,
        pending: Event,
        *,
        value: Any = None,
        node: str | None = None,
        epoch: int | None = None,
        position: Any = None,
        partition: int | None = None,
        siblings: Sequence[Any] | None = None,
        by: str | None = None,
        behind_ms: float | None = None,
    ) -> Event:
        """It happened. `value` is the result of a read; for anything else, what was asked is recorded.

        `siblings` are all the values of a read that returned several; `by` is the coordinator, if not `node`;
        `behind_ms` says how far behind a read may be, by its own account.
        """
        result = value if pending.f == "read" or value is not None else pending.value
        self._homes[pending.key] = partition
        return self._end(
            pending,
            "ok",
            value=result,
            node=node or pending.node,
            epoch=epoch or None,  # there is no epoch 0: without a single leader there are no epochs
            position=position,
            partition=partition,
            siblings=None if siblings is None else list(siblings),
            by=by,
            behind_ms=behind_ms,
        )

    def fail(self, pending: Event, error: str) -> Event:
        """It certainly did not happen and never will."""
        return self._end(pending, "fail", error=error)

    def info(self, pending: Event, error: str) -> Event:
        """It may or may not have happened. The process is retired: take a `new_process`."""
        return self._end(pending, "info", error=error)

    def nemesis(self, f: str, value: Any = None) -> Event:
        """A fault struck or ended, for instance `start-partition` with `{"grudge": {"n2": ["n1"]}}`."""
        index, time = self._next_index, self.elapsed_ns()
        return self._take(Event(index=index, time=time, type="info", process=NEMESIS, f=f, value=value))

    def final(self, node: str, contents: Mapping[str, Any]) -> None:
        """Record all that replica `node` holds after settling, as final reads by a new process.

        `contents` is what `Cluster.contents` returns: `registers`, `sets`, `tables`, `epoch`, `position`.
        There is one read for each key that this replica holds or that a client ever wrote (null, or an empty
        list, if the replica has nothing), and one without a key whose value lists the keys it holds, even if
        the replica is empty. If there are several partitions, a replica is not asked for the keys of others.
        `siblings`, if any, has the values of each key that holds several; its value is then null.
        """
        siblings: Mapping[str, Sequence[Any]] = contents.get("siblings", {})
        several = dict.fromkeys(siblings)
        held = {**contents["registers"], **contents["sets"], **contents.get("tables", {}), **several}
        partition, homes = contents.get("partition"), self._homes
        missing = {key: empty for key, empty in self._absent.items() if homes.get(key) == partition}
        reads = {None: sorted(held), **(self._absent if partition is None else missing), **held}
        homes |= dict.fromkeys(reads, partition)
        found = {
            "epoch": contents["epoch"] or None,
            "position": contents.get("vector") or sequence(contents["position"]),
            "partition": partition,
        }
        process, now_ns = self.new_process(), self.elapsed_ns()
        events: list[Event] = []
        for index, (key, value) in zip(count(self._next_index, 2), reads.items(), strict=False):
            read = _final_read(index, now_ns, process, node, key)
            beside = list(siblings[key]) if isinstance(key, str) and key in siblings else None
            events += read, replace(read, index=index + 1, type="ok", value=value, siblings=beside, **found)
        self._take_whole(now_ns, events)

    def learned(self, node: str, contents: Mapping[str, Any]) -> None:
        """Record which changes the consumer `node` learned of, and its copy, as reads by a new process.

        `sets` has each list of changes under its key; the rows of a table, under `tables`, become a list of
        `[key, row]` called `copy/TABLE`, which is recorded even if the copy is empty.
        """
        process, position = self.new_process(), sequence(contents["position"])
        changes: Mapping[str, Any] = contents["sets"]
        tables = [key.removeprefix("changes/") for key in changes if key.startswith("changes/")]
        copies: dict[str, list[Any]] = {f"copy/{table}": [] for table in tables}
        for key, row in contents.get("tables", {}).items():
            copies.setdefault(f"copy/{key.partition('/')[0]}", []).append([key, row])
        for key, value in {**changes, **copies}.items():
            pending = self.invoke(process, "read", key)
            self.ok(pending, value=value, node=node, epoch=contents["epoch"], position=position)

    def final_unreadable(self, node: str, error: str) -> None:
        """Record that the final contents of replica `node` could not be read."""
        read = _final_read(self._next_index, self.elapsed_ns(), self.new_process(), node, None)
        self.info(self._take(read), error)

    def _end(self, pending: Event, type_: Literal["ok", "fail", "info"], **fields: Any) -> Event:
        """`fields` are those in which the end differs from the beginning, apart from its time."""
        index, time = self._next_index, self.elapsed_ns()
        return self._take(replace(pending, index=index, time=time, type=type_, saw=None, **fields))

    def _take(self, *events: Event) -> Event:
        """All of them, in one write; returns the last."""
        for event in events:
            invocation = self._pairing.accept(event)
            if invocation is not None and self._file is None:
                self.ends[invocation.index] = event
        self._next_index += len(events)
        self._keep(events)
        return events[-1]

    def _take_whole(self, time: int, events: list[Event]) -> None:
        """Record operations of a new process, each followed by its end, in one write."""
        self._pairing.accept_whole(self._next_index, time, len(events))
        if self._file is None:
            self.ends.update((answer.index - 1, answer) for answer in events[1::2])
        self._next_index += len(events)
        self._keep(events)

    def _write(self, events: Iterable[Event]) -> None:
        assert self._file
        self._file.write(b"".join(msgspec.json.encode(event) + b"\n" for event in events))


def _final_read(index: int, time: int, process: int, node: str, key: Key | None) -> Event:
    return Event(
        index=index, time=time, type="invoke", process=process, f="read", key=key, node=node, final=True
    )
