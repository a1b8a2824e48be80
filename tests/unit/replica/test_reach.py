"""How far a log reaches, and what a copy of the leader's data may lack."""

from pathlib import Path

import pytest

from services.adapters.disk import FileDisk
from services.errors import LabError
from services.messages import START, Entry, Operation, Position
from services.single_leader.storage import DATABASE, Storage
from services.store.reach import Reach, reach, unknown_to


def at(*positions: tuple[int, int]) -> list[Entry]:
    return [
        Entry(Position(*place), Operation("put", f"k{number}", number))
        for number, place in enumerate(positions)
    ]


def in_epochs(*epochs: int) -> list[Entry]:
    return at(*((epoch, sequence) for sequence, epoch in enumerate(epochs, start=1)))


def stored(directory: Path, entries: list[Entry], keep: int = 1000) -> Storage:
    storage = Storage(FileDisk(directory).connect)
    storage.accept(9, START, entries, lambda *_: None, fenced=True)
    storage.trim(keep)
    return storage


@pytest.mark.parametrize(
    ("first", "last", "keep", "up_to"),
    [(1, 10, 10, 0), (1, 12, 10, 0), (1, 13, 10, 3), (4, 13, 10, 0), (1, 2, 1, 1), (0, 0, 5, 0)],
)
def test_a_log_is_trimmed_when_it_is_a_quarter_too_long(first: int, last: int, keep: int, up_to: int) -> None:
    assert Reach(Position(1, first), Position(1, last)).surplus(keep) == up_to


@pytest.mark.parametrize(("at", "goes_on"), [(2, False), (3, True), (9, True)])
def test_a_log_goes_on_from_just_before_its_first_entry(at: int, goes_on: bool) -> None:
    assert Reach(Position(1, 4), Position(1, 9)).goes_on_from(Position(1, at)) is goes_on


def test_what_was_trimmed_is_gone_from_the_log_and_stays_in_the_state(tmp_path: Path) -> None:
    storage = stored(tmp_path, in_epochs(1, 1, 1, 1, 1), keep=2)
    assert [entry.position.sequence for entry in storage.entries_after(0, -1)] == [4, 5]
    assert len(storage.contents()[0]) == 5
    assert storage.last == Position(1, 5)


def test_a_log_that_parts_before_its_oldest_entry_needs_a_copy(tmp_path: Path) -> None:
    storage = stored(tmp_path, in_epochs(1, 1, 1, 1, 1), keep=2)
    with pytest.raises(LabError, match="log-gone"):
        storage.accept(9, START, in_epochs(1, 1, 2, 2, 2), lambda *_: None, fenced=True)
    assert storage.accept(9, START, in_epochs(1, 1, 1, 1, 1), lambda *_: None, fenced=True).fits
    assert storage.last == Position(1, 5)


@pytest.mark.parametrize(
    ("own", "unknown"),
    [
        ((1, 1, 1), 0),  # the copy has them all
        ((1, 1, 1, 1, 1, 1), 0),  # trimmed there, but their epoch went on: the same leader wrote both
        ((1, 1, 1, 1, 1, 1, 1, 1, 1), 0),
        ((1,) * 12, 2),  # two more than the copy's leader had when the next began
        ((1,) * 8 + (2,), 1),  # another history
    ],
)
def test_what_a_copy_may_lack_is_known(tmp_path: Path, own: tuple[int, ...], unknown: int) -> None:
    copy = stored(tmp_path, in_epochs(*(1,) * 10, 3, 3, 3), keep=6)
    with FileDisk(tmp_path).connect(DATABASE) as database:
        assert reach(database).first == Position(1, 8)
        assert len(unknown_to(database, in_epochs(*own))) == unknown
    copy.close()


def test_of_an_older_epoch_than_the_copy_reaches_nobody_can_tell(tmp_path: Path) -> None:
    copy = stored(tmp_path, in_epochs(1, 1, 1, 2, 2, 2, 2, 2), keep=3)
    with FileDisk(tmp_path).connect(DATABASE) as database:
        assert len(unknown_to(database, in_epochs(1, 1, 1))) == 3
    copy.close()


@pytest.mark.parametrize(
    ("previous", "fits"),
    [
        ((1, 3), True),  # of the epoch of the first entry left, so it was the same
        ((0, 3), False),  # of an older epoch: nobody can tell
        ((1, 8), False),  # beyond the end
    ],
)
def test_a_trimmed_entry_of_the_first_ones_epoch_is_known(
    tmp_path: Path, previous: tuple[int, int], fits: bool
) -> None:
    storage = stored(tmp_path, in_epochs(1, 1, 1, 1, 1, 1), keep=2)
    assert storage.accept(9, Position(*previous), [], lambda *_: None, fenced=True).fits is fits
    assert storage.last == Position(1, 6)


def test_what_is_still_kept_is_taken_back_without_a_copy(tmp_path: Path) -> None:
    storage = stored(tmp_path, in_epochs(1, 1, 1, 1, 1), keep=2)
    accepted = storage.accept(9, Position(1, 3), at((2, 4)), lambda *_: None, fenced=True)
    assert accepted.fits and [entry.position.sequence for entry in accepted.removed] == [4, 5]
    assert storage.last == Position(2, 4)


@pytest.mark.parametrize("entries", [at((2, 2)), at((2, 2), (2, 3)), at(*((2, n) for n in range(2, 8)))])
def test_what_contradicts_trimmed_entries_needs_a_copy_however_far_it_goes(
    tmp_path: Path, entries: list[Entry]
) -> None:
    storage = stored(tmp_path, in_epochs(1, 1, 1, 1, 1), keep=2)
    with pytest.raises(LabError, match="log-gone"):
        storage.accept(9, Position(1, 1), entries, lambda *_: None, fenced=True)
    assert storage.last == Position(1, 5)


def test_a_batch_that_comes_again_fits_though_its_beginning_was_trimmed(tmp_path: Path) -> None:
    storage = stored(tmp_path, in_epochs(1, 1, 2), keep=1)
    again = storage.accept(9, Position(1, 1), at((1, 2), (2, 3), (2, 4)), lambda *_: None, fenced=True)
    assert again.fits and not again.removed
    assert storage.last == Position(2, 4)
