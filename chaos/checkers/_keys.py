"""What the checkers of registers and sets share: the operations of a key, and what they may assume.

An operation that failed is no change: it had no effect, unless somebody has seen one. One in doubt counts as
a change that may take effect at any time from its invocation on, also after the end of the run, or never.
"""

from dataclasses import dataclass, field

from chaos.history import History, Key, Operation, canonical

REGISTER_CHANGES = frozenset({"write", "cas", "delete"})
ADDS = frozenset({"add", "type", "list-insert"})  # an element to a set, to a text, or into a list
CHANGES = REGISTER_CHANGES | ADDS | {"append"}


@dataclass
class KeyOperations:
    """One key: everything that changed it or may have, and the reads that returned, as invoked.

    It is a set when somebody tried to add to it, be it by typing into a text, or when all there is of it are
    reads of lists. `failed` are the changes that certainly had no effect, `counts` those of a counter,
    `strangers` operations that are of none of these.
    """

    key: Key
    is_set: bool = False
    changes: list[Operation] = field(default_factory=list)
    reads: list[Operation] = field(default_factory=list)
    failed: list[Operation] = field(default_factory=list)
    counts: list[Operation] = field(default_factory=list)
    strangers: list[Operation] = field(default_factory=list)

    @property
    def is_counter(self) -> bool:
        """Whether all that changed it are increments."""
        return bool(self.counts) and not (self.changes or self.failed or self.strangers)

    @property
    def acknowledged_counts(self) -> list[Operation]:
        """The increments of a counter that a client was told of."""
        return [count for count in self.counts if count.outcome == "ok"]

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it that is of a register or a set."""
        return bool(self.changes or self.reads or self.failed)

    @property
    def acknowledged(self) -> list[Operation]:
        """The changes that a client was told of."""
        return [change for change in self.changes if change.outcome == "ok"]


def keys_of(history: History) -> list[KeyOperations]:
    """The clients' operations that may have had an effect or returned something, for each key.

    They are sorted out once, however many ask for them.
    """
    return history.once(_sorted_out)


def _sorted_out(history: History) -> list[KeyOperations]:
    keys: dict[Key, KeyOperations] = {}
    for operation in history.client_operations:
        if operation.key is None:
            continue
        if operation.key not in keys:
            keys[operation.key] = KeyOperations(operation.key)
        _take(keys[operation.key], operation)
    for of_key in keys.values():
        if not of_key.changes and of_key.reads:
            of_key.is_set = isinstance(of_key.reads[0].value, list)
    return list(keys.values())


def _take(of_key: KeyOperations, operation: Operation) -> None:
    if operation.f in ADDS:
        of_key.is_set = True
    if operation.f in CHANGES:
        (of_key.failed if operation.outcome == "fail" else of_key.changes).append(operation)
    elif operation.f == "increment":
        if operation.outcome != "fail":
            of_key.counts.append(operation)
    elif operation.f != "read":
        of_key.strangers.append(operation)
    elif operation.outcome == "ok":
        of_key.reads.append(operation)


def token(value: object) -> object:
    """Something hashable, and never None, that is equal exactly for equal values (1, true and 1.0 differ)."""
    return value if type(value) in (int, str) else canonical(value)


ABSENT = token(None)


def left_behind(change: Operation) -> object:
    """What a register holds right after this change; None when it was deleted."""
    if change.f == "delete":
        return None
    return change.value[1] if change.f == "cas" else change.value


def misfit(history: History) -> str | None:
    """Why this history is not one of plain registers and sets with unique values alone; None when it is."""
    for operation in history.client_operations:
        if operation.key is None:
            return f"operation {operation.index} ({operation.f}) is neither of a register nor of a set"
    return next(filter(None, map(misfit_of, keys_of(history))), None)


def misfit_of(of_key: KeyOperations) -> str | None:
    """Why this key is not a plain register or set with unique values; None when it is."""
    appends = (change for change in of_key.changes if change.f == "append")
    if stranger := next(iter((*of_key.strangers, *of_key.counts, *appends)), None):
        return f"operation {stranger.index} ({stranger.f}) is neither of a plain register nor of a set"
    return half_a_swap(of_key) or (_misfit_set(of_key) if of_key.is_set else written_twice(of_key))


def failed_to_leave(of_key: KeyOperations, value: object) -> list[Operation]:
    """The changes that failed and would have left this value, or added this element."""
    wanted = canonical(value)
    return [failed for failed in of_key.failed if _would_leave(failed) == wanted]


def _would_leave(failed: Operation) -> bytes:
    half = failed.f == "cas" and not (isinstance(failed.value, list) and len(failed.value) == 2)
    return canonical(failed.value if half else left_behind(failed))


def half_a_swap(of_key: KeyOperations) -> str | None:
    """Which compare-and-set does not say what it compares and sets; None when all do."""
    for operation in of_key.changes:
        if operation.f == "cas" and not (isinstance(operation.value, list) and len(operation.value) == 2):
            return f"operation {operation.index} (cas) needs [expected, new] as its value"
    return None


def may_remove(delete: Operation, add: Operation) -> bool:
    """Whether this delete may have taken that element out of its set.

    A blind one takes out whatever was added before; one with `saw` what it saw.
    """
    if delete.precedes(add):
        return False
    return delete.saw is None or canonical(add.value) in map(canonical, delete.saw)


def _misfit_set(of_key: KeyOperations) -> str | None:
    for operation in of_key.changes:
        if operation.f not in ADDS | {"delete"}:
            return f"key {of_key.key} is a set and a register: operation {operation.index} is a {operation.f}"
    for read in of_key.reads:
        if not isinstance(read.value, list | None):
            return f"key {of_key.key} is a set, but read {read.index} returned no list: {read.value!r}"
    return None


def written_twice(of_key: KeyOperations) -> str | None:
    """Why a value of this register does not tell which change left it; None when it does."""
    writers: dict[bytes, Operation] = {}
    for change in of_key.changes:
        value = left_behind(change)
        if value is None:
            continue
        first = writers.setdefault(canonical(value), change)
        if first is not change:
            return (
                f"operations {first.index} and {change.index} both write {value!r} to {of_key.key}, "
                "so a value cannot be traced to its write"
            )
    return None


class UnreadableError(Exception):
    """The history holds something that no checker can judge; the text says what."""


def elements(value: object) -> set[bytes]:
    """The elements of a set as it was read, each in its canonical form; none of an absent one.

    Raises `UnreadableError` for what is no list.
    """
    if value is None:
        return set()
    if not isinstance(value, list):
        raise UnreadableError(f"a set is read as a list, not as {value!r}")
    return {canonical(element) for element in value}
