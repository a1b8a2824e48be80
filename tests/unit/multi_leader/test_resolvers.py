"""What each resolver promises, in whatever order versions arrive.

The versions are those of authors who each know some of what there was before: made by `histories`, they are
causally sound, as real ones are.
"""

import os
import select
import socket
import subprocess
import time
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LabError
from services.messages import Operation, Value
from services.messages.multi_leader import Change
from services.messages.versions import Stamp
from services.multi_leader import resolvers
from services.multi_leader.conflicts import conflict_of, tell
from services.multi_leader.handlers import handler_of
from services.multi_leader.knowledge import concurrent, dot_of, knew, newest, past_of_all
from services.multi_leader.resolvers import Resolver
from services.multi_leader.resolvers.on_write_handler import OnWriteHandler
from services.settings.multi_leader import Conflicts, MultiLeaderSettings

ALL: tuple[Conflicts, ...] = get_args(Conflicts)
CONVERGING = [name for name in ALL if MultiLeaderSettings(conflicts=name).converges]


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Up to five versions of one key, each by an author who had seen some of those before."""
    versions: list[Change] = []
    for place in range(draw(st.integers(1, 5))):
        origin = draw(st.sampled_from(["n1", "n2", "n3"]))
        seen = [version for version in versions if draw(st.booleans())]
        number = sum(version.origin == origin for version in versions) + 1
        deletes = draw(st.integers(0, 4)) == 0
        operation = Operation("delete", "x") if deletes else Operation("put", "x", f"v{place}")
        past = past_of_all(seen)
        stamp = Stamp(draw(st.integers(0, 3)) * 10 + place, origin)
        versions.append(Change(origin, number, operation, stamp, number, str(past)))
    return versions


def resolver_of(name: Conflicts) -> Resolver:
    return resolvers.resolver_of(MultiLeaderSettings(conflicts=name))


def kept_by(resolver: Resolver, arrivals: tuple[Change, ...]) -> tuple[Change, ...]:
    held: tuple[Change, ...] = ()
    for version in arrivals:
        held = resolver.keep(held, version)
    return held


@pytest.mark.parametrize("name", CONVERGING)
@given(versions=histories())
def test_every_order_of_arrival_comes_to_the_same(name: Conflicts, versions: list[Change]) -> None:
    resolver = resolver_of(name)
    expected = kept_by(resolver, tuple(versions))
    for arrivals in permutations(versions):
        kept = kept_by(resolver, arrivals)
        assert kept == expected
        assert resolver.show(kept) == resolver.show(expected)


@pytest.mark.parametrize("name", ALL)
@given(versions=histories())
def test_what_is_kept_had_arrived(name: Conflicts, versions: list[Change]) -> None:
    kept = kept_by(resolver_of(name), tuple(versions))
    assert kept and all(version in versions for version in kept)


def test_arrival_order_does_not_converge() -> None:
    one, other = (Change(node, 1, Operation("put", "x", node), Stamp(1, node), 1) for node in ("n1", "n2"))
    resolver = resolver_of("arrival-order")
    assert kept_by(resolver, (one, other)) != kept_by(resolver, (other, one))


@given(versions=histories())
def test_record_keeps_just_what_nobody_replaced(versions: list[Change]) -> None:
    kept = kept_by(resolver_of("record"), tuple(versions))
    replaced = [one for one in versions if any(knew(other, one) for other in versions)]
    assert all((version in kept) != (version in replaced) for version in versions)


@given(versions=histories())
def test_a_write_that_knows_all_siblings_leaves_itself_alone(versions: list[Change]) -> None:
    resolver = resolver_of("record")
    held = kept_by(resolver, tuple(versions))
    number = sum(version.origin == "n1" for version in versions) + 1
    last = Change(
        "n1", number, Operation("put", "x", "merged"), Stamp(99, "n1"), number, str(past_of_all(held))
    )
    assert resolver.keep(held, last) == (last,)


@given(versions=histories())
def test_lww_keeps_the_largest_stamp(versions: list[Change]) -> None:
    (kept,) = kept_by(resolver_of("lww"), tuple(versions))
    assert all(version.stamp <= kept.stamp for version in versions)


@given(versions=histories())
def test_a_conflict_is_told_for_just_those_who_knew_nothing_of_each_other(versions: list[Change]) -> None:
    *before, arrived = versions
    held = newest(before)
    conflict = conflict_of(held, arrived, kept := newest((*held, arrived)), resolver_of("record"))
    assert (conflict is not None) == any(concurrent(version, arrived) for version in held)
    if conflict:
        assert conflict.lost == ()
        assert dot_of(arrived) in map(dot_of, kept)


def test_two_writes_at_one_leader_by_authors_who_saw_nothing_are_both_kept() -> None:
    """A plain vector would take the second for a successor of the first."""
    first = Change("n1", 1, Operation("put", "x", "B"), Stamp(1, "n1"), 1)
    second = Change("n1", 2, Operation("put", "x", "C"), Stamp(2, "n1"), 2)
    assert kept_by(resolver_of("record"), (first, second)) == (first, second)


KEEPING: list[Conflicts] = ["merge", "on-write-handler"]


@pytest.mark.parametrize("name", KEEPING)
@given(versions=histories())
def test_every_value_that_nobody_replaced_is_a_part_of_what_is_shown(
    name: Conflicts, versions: list[Change]
) -> None:
    shown = resolver_of(name).show(kept_by(resolver_of(name), tuple(versions)))
    values = [each.operation.value for each in newest(versions) if each.operation.f == "put"]
    assert sorted("/".join(map(str, shown)).split("/")) == sorted(map(str, values)) or not values
    assert len(shown) == min(1, len(values))


@given(versions=histories())
def test_replica_priority_shows_one_of_the_highest_replica(versions: list[Change]) -> None:
    resolver = resolver_of("replica-priority")
    (counts,) = resolver.count(kept_by(resolver, tuple(versions)))
    assert counts.origin == max(version.origin for version in newest(versions))


def test_merged_titles_are_sorted_and_joined() -> None:
    one, other = (
        Change(n, 1, Operation("put", "x", v), Stamp(1, n), 1) for n, v in (("n1", "C"), ("n2", "B"))
    )
    resolver = resolver_of("merge")
    assert resolver.show(kept_by(resolver, (one, other))) == ("B/C",)
    number = Change("n3", 1, Operation("put", "x", 7), Stamp(1, "n3"), 1)
    assert resolver.show(kept_by(resolver, (one, other, number))) == ("C", "B", 7), "7 cannot be joined"


def test_a_handler_that_fails_leaves_all_versions() -> None:
    def resolve(key: str, values: tuple[Value, ...]) -> Value:
        raise RuntimeError("a bug of the application")

    resolver = OnWriteHandler(resolve, 1000)
    kept = kept_by(resolver, IN_CONFLICT)
    assert resolver.show(kept) == ("n1", "n2")
    assert resolver.complaint(kept) == "RuntimeError: a bug of the application"


IN_CONFLICT = tuple(Change(n, 1, Operation("put", "x", n), Stamp(1, n), 1) for n in ("n1", "n2"))


def test_a_handler_that_never_ends_is_broken_off_and_leaves_all_versions() -> None:
    def resolve(key: str, values: tuple[Value, ...]) -> Value:
        count = 0
        while True:
            count += 1

    resolver = OnWriteHandler(resolve, 1000)
    kept = kept_by(resolver, IN_CONFLICT)
    assert resolver.show(kept) == ("n1", "n2")
    assert "it was stopped after 1000 lines of Python" in resolver.complaint(kept)


ASKS: dict[str, Callable[[], object]] = {
    "time.sleep": lambda: time.sleep(60),
    "socket.connect": lambda: socket.socket().connect(("127.0.0.1", 9)),
    "socket.getaddrinfo": lambda: socket.create_connection(("127.0.0.1", 9)),
    "select.select": lambda: select.select([], [], [], 60),
    "posixsubprocess.fork_exec": lambda: subprocess.run(["sleep", "60"]),
    "posix.system": lambda: os.system("sleep 60"),
    "builtins.input": input,
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("asks", ASKS)
def test_a_handler_that_waits_is_broken_off_and_leaves_all_versions(asks: str) -> None:
    def resolve(key: str, values: tuple[Value, ...]) -> Value:
        try:
            ASKS[asks]()
        except Exception:
            return values[0]
        return values[0]

    resolver = OnWriteHandler(resolve, 1_000_000)
    kept = kept_by(resolver, IN_CONFLICT)
    assert resolver.show(kept) == ("n1", "n2")
    assert resolver.complaint(kept).startswith(f"WaitsError: it called {asks}, ")


def test_what_a_handler_could_not_settle_is_told() -> None:
    def resolve(key: str, values: tuple[Value, ...]) -> Value:
        raise ValueError("two\nlines")

    resolver, told = OnWriteHandler(resolve, 1000), list[tuple[str, dict[str, object]]]()
    kept = kept_by(resolver, IN_CONFLICT)
    conflict = conflict_of(IN_CONFLICT[:1], IN_CONFLICT[1], kept, resolver)
    assert conflict is not None
    tell(lambda event, **fields: told.append((event, fields)), conflict, "on-write-handler")
    assert told == [
        ("handler-failed", {"key": "x", "reason": "ValueError: two lines"}),
        ("conflict-recorded", {"key": "x", "kept": "n1 n2", "by": "on-write-handler"}),
    ]


def test_a_handler_of_any_file(tmp_path: Path) -> None:
    file = tmp_path / "longest.py"
    file.write_text("def resolve(key, values):\n    return max(values, key=len)\n")
    resolver = resolvers.resolver_of(MultiLeaderSettings(conflicts="on-write-handler", handler=str(file)))
    one, other = (
        Change(n, 1, Operation("put", "x", v), Stamp(1, n), 1) for n, v in (("n1", "long"), ("n2", "s"))
    )
    assert resolver.show(kept_by(resolver, (one, other))) == ("long",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be loaded: FileNotFoundError"),
        ("def resolve(", "cannot be loaded: SyntaxError"),
        ("import nothing_of_that_name", "cannot be loaded: ModuleNotFoundError"),
        ("x = 1", "has no function resolve(key, values)"),
        ("resolve = 1", "has no function resolve(key, values)"),
    ],
)
def test_a_handler_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, text: str | None, why: str
) -> None:
    file = tmp_path / "mine.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(LabError, match="bad-order") as refused:
        handler_of(str(file))
    assert why in refused.value.text and "\n" not in refused.value.text
    resolver = resolvers.resolver_of(MultiLeaderSettings(conflicts="on-write-handler", handler=str(file)))
    kept = kept_by(resolver, IN_CONFLICT)
    assert resolver.show(kept) == ("n1", "n2"), "a leader starts all the same"
    assert isinstance(resolver, OnWriteHandler) and why in resolver.complaint(kept)


def test_a_handler_is_a_name_or_a_file() -> None:
    with pytest.raises(ValueError, match="handler must be wiki-titles or the path of a Python file"):
        MultiLeaderSettings(handler="mine")
