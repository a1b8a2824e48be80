"""What a home holds: whatever comes twice, late or in another order, the newest stays."""

from pathlib import Path

import apsw
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.disk import FileDisk
from services.leaderless.table import Change, Table
from services.messages.versions import Stamp, Version
from services.versions.hybrid_clock import HybridClock
from services.versions.merging import LastWriteWins

stamps = st.builds(Stamp, st.integers(0, 9), st.sampled_from(["g1", "g2"]))
# One write has one stamp, so its value goes by that.
versions = st.builds(lambda stamp: Version(stamp, f"{stamp.time_us}{stamp.by}", stamp.time_us == 5), stamps)
changes = st.lists(st.builds(lambda key, one: Change(key, (one,)), st.sampled_from("xyz"), versions))


def in_memory() -> Table:
    name = f"file:/leaderless-{next(NUMBERS)}?vfs=memdb"
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
    return Table(lambda _: apsw.Connection(name, flags=flags), LastWriteWins())


def make(table: Table, *changes: Change) -> None:
    table.committed(table.merge_all(changes))


NUMBERS = iter(range(1_000_000))


@given(changes, st.randoms(use_true_random=False))
def test_the_order_of_changes_does_not_matter(given_: list[Change], random: object) -> None:
    one, other = in_memory(), in_memory()
    one.committed(one.merge_all(given_))
    shuffled = [*given_, *given_[::2]]  # some come twice
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for change in shuffled:
        other.committed(other.merge_all([change]))
    assert list(one.all()) == list(other.all())
    assert (one.digest, one.keys) == (other.digest, other.keys)
    for key, held in one.all():
        newest = max(version.stamp for change in given_ if change.key == key for version in change.versions)
        assert [version.stamp for version in held] == [newest]


def test_what_differs_has_another_digest() -> None:
    one, other = in_memory(), in_memory()
    empty = one.digest
    make(one, Change("x", (Version(Stamp(1, "g1"), 1),)))
    make(other, Change("y", (Version(Stamp(1, "g1"), 1),)))
    assert len({empty, one.digest, other.digest}) == 3


def test_it_is_all_there_after_a_restart(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    table = Table(disk.connect, LastWriteWins())
    make(table, *(Change(key, (Version(Stamp(1, "g1"), key),)) for key in "xyz"))
    digest = table.digest
    table.close()
    again = Table(disk.connect, LastWriteWins())
    assert (again.digest, again.keys) == (digest, 3)
    assert again.look("y") == (Version(Stamp(1, "g1"), "y"),)
    again.close()
    disk.close()


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("wall"), st.floats(0, 1e9)), st.tuples(st.just("saw"), st.integers(0, 10**15))
        )
    )
)
def test_the_clock_never_goes_back(steps: list[tuple[str, float]]) -> None:
    wall = 0.0
    clock = HybridClock(lambda: wall)
    last = -1
    for what, value in steps:
        if what == "saw":
            clock.saw(int(value))
            last = max(last, int(value))
        else:
            wall = value
        now = clock.now_us()
        assert now > last
        assert now >= int(wall * 1_000_000)
        last = now


def test_a_tombstone_goes_only_if_it_is_all_there_is() -> None:
    table = in_memory()
    empty, gone = table.digest, (Version(Stamp(5, "g1"), deleted=True),)
    make(table, Change("x", gone))
    make(table, Change("x", (Version(Stamp(4, "g1"), "older"),), drops=True))
    assert table.look("x") == gone
    make(table, Change("x", gone, drops=True))
    assert (table.look("x"), table.digest, table.keys) == ((), empty, 0)
    make(table, Change("x", (Version(Stamp(6, "g1"), "new"),)))
    assert table.keys == 1
