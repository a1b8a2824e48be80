"""Writes `history.jsonl` while a run goes on.

Each event is one unbuffered write, so whatever a call here has returned is in the file even when the
lab is killed the next moment. A recorder refuses what a reader would refuse: see `history.Pairing`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec

from chaos.history import NEMESIS, Event, Key, Pairing


class Recorder:
    """One run's history. For one event loop, not for threads.

    `clock_ns` is any monotonic clock in nanoseconds; the moment of construction becomes time 0. The
    file must not exist yet (`FileExistsError`): a recording is never overwritten.
    """

    def __init__(self, path: Path, clock_ns: Callable[[], int]) -> None:
        self._file = path.open("xb", buffering=0)
        self._clock_ns = clock_ns
        self._began_ns = clock_ns()
        self._latest_ns = 0
        self._next_index = 0
        self._next_process = 0
        self._pairing = Pairing()
        self._absent: dict[Key, Any] = {}  # what a read of a key shows where the key is missing

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; operations still open stay open in it, for ever in doubt."""
        self._file.close()

    def elapsed_ns(self) -> int:
        """Nanoseconds since the run began; never decreases."""
        self._latest_ns = max(self._latest_ns, self._clock_ns() - self._began_ns)
        return self._latest_ns

    def new_process(self) -> int:
        """A process number that nobody has had yet."""
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
    ) -> Event:
        """A client begins an operation; the event returned is what `ok`, `fail` or `info` will end.

        Call it before the request leaves, and the end after the answer came: their order is evidence.
        """
        if f != "read" and key is not None:
            self._absent.setdefault(key, [] if f == "add" else None)
        event = self._event("invoke", process, f, key, value)
        return self._write(msgspec.structs.replace(event, gateway=gateway, session=session, device=device))

    def ok(
        self,
        pending: Event,
        *,
        value: Any = None,
        node: str | None = None,
        epoch: int | None = None,
        position: Any = None,
    ) -> Event:
        """It happened. `value` is the result of a read; of anything else, what was asked is recorded."""
        result = value if pending.f == "read" or value is not None else pending.value
        return self._end(pending, "ok", value=result, node=node, epoch=epoch, position=position)

    def fail(self, pending: Event, error: str) -> Event:
        """It certainly did not happen and never will."""
        return self._end(pending, "fail", error=error)

    def info(self, pending: Event, error: str) -> Event:
        """Nobody knows whether it happened. The process is retired: take a `new_process`."""
        return self._end(pending, "info", error=error)

    def nemesis(self, f: str, value: Any = None) -> Event:
        """A fault struck or ended, for instance `start-partition` with `{"grudge": {"n2": ["n1"]}}`."""
        return self._write(self._event("info", NEMESIS, f, None, value))

    def final(self, node: str, contents: Mapping[str, Any]) -> None:
        """Record all that replica `node` holds after settling, as final reads of a process of its own.

        `contents` is what `Cluster.contents` returns: `registers`, `sets`, `epoch`, `position`. There
        is one read for each key that this replica holds or that a client ever wrote (null, or an empty
        list, where the replica has nothing), and one without a key whose value lists the keys it holds:
        it is there even when the replica is empty.
        """
        held = {**contents["registers"], **contents["sets"]}
        process = self.new_process()
        reads = {None: sorted(held), **self._absent, **held}
        for key, value in reads.items():
            pending = self._final_read(process, node, key)
            self.ok(pending, value=value, node=node, epoch=contents["epoch"], position=contents["position"])

    def final_unreadable(self, node: str, error: str) -> None:
        """Record that nobody could read what replica `node` holds in the end."""
        self.info(self._final_read(self.new_process(), node, None), error)

    def _final_read(self, process: int, node: str, key: Key | None) -> Event:
        event = self._event("invoke", process, "read", key, None)
        return self._write(msgspec.structs.replace(event, node=node, final=True))

    def _end(self, pending: Event, type_: Literal["ok", "fail", "info"], **fields: Any) -> Event:
        event = self._event(type_, pending.process, pending.f, pending.key, pending.value)
        kept = {name: getattr(pending, name) for name in ("gateway", "session", "device", "node", "final")}
        return self._write(msgspec.structs.replace(event, **{**kept, **fields}))

    def _event(
        self,
        type_: Literal["invoke", "ok", "fail", "info"],
        process: int | Literal["nemesis"],
        f: str,
        key: Key | None,
        value: Any,
    ) -> Event:
        return Event(
            index=self._next_index,
            time=self.elapsed_ns(),
            type=type_,
            process=process,
            f=f,
            key=key,
            value=value,
        )

    def _write(self, event: Event) -> Event:
        self._pairing.accept(event)
        self._next_index += 1
        self._file.write(msgspec.json.encode(event) + b"\n")
        return event
