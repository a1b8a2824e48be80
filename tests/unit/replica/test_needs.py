"""Dependencies beside values: kept with them, replaced with them, and taken back with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.adapters.disk import FileDisk
from services.messages import START, Entry, Operation, Position, Token
from services.single_leader.storage import Storage
from services.store.needs import needs_of

SEEN: Token = (START, Position(1, 7))
MORE: Token = (START, Position(2, 3))


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = Storage(FileDisk(tmp_path).connect)
    yield storage
    storage.close()


def needs(storage: Storage, key: str = "x", is_set: bool = False) -> Token:
    return needs_of(storage.reader, key, is_set)


def test_a_value_has_those_of_its_write(storage: Storage) -> None:
    storage.append(0, [Operation("put", "x", 1, needs=SEEN), Operation("put", "y", 1)])
    assert (needs(storage), needs(storage, "y"), needs(storage, is_set=True)) == (SEEN, (), ())
    storage.append(0, [Operation("put", "x", 2, needs=MORE)])
    assert needs(storage) == MORE
    storage.append(0, [Operation("put", "x", 3)])
    assert needs(storage) == ()


def test_a_deletion_has_some_too(storage: Storage) -> None:
    storage.append(0, [Operation("put", "x", 1), Operation("delete", "x", needs=SEEN)])
    assert not storage.register("x").found
    assert needs(storage) == SEEN


def test_a_set_has_those_of_all_elements(storage: Storage) -> None:
    other: Token = (Position(1, 4), START)
    storage.append(0, [Operation("add", "x", 1, needs=SEEN), Operation("add", "x", 2, needs=other)])
    storage.append(0, [Operation("add", "x", 3)])
    assert needs(storage, is_set=True) == (Position(1, 4), Position(1, 7))
    assert needs(storage) == ()


def test_an_entry_without_them_is_written_as_before(storage: Storage) -> None:
    storage.append(0, [Operation("put", "x", 1), Operation("delete", "x")])
    rows = list(storage.reader.execute("SELECT operation, undo FROM log"))
    assert rows == [
        ('{"f":"put","key":"x","value":1}', "null"),
        ('{"f":"delete","key":"x","value":null}', '["1",1]'),
    ]


operations = st.builds(
    Operation,
    f=st.sampled_from(("put", "delete", "add")),
    key=st.sampled_from(("x", "y")),
    value=st.integers(1, 3),
    needs=st.sampled_from((SEEN, MORE, ())),
)


@settings(deadline=None)
@given(kept=st.lists(operations, max_size=6), lost=st.lists(operations, min_size=1, max_size=6))
def test_a_tail_that_is_taken_back_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, kept: list[Operation], lost: list[Operation]
) -> None:
    storage = Storage(FileDisk(tmp_path_factory.mktemp("needs")).connect)
    storage.append(0, kept)
    before = state(storage)
    storage.append(0, lost)
    storage.accept(
        1,
        Position(0, len(kept)) if kept else START,
        [Entry(Position(1, len(kept) + 1))],
        lambda name, lines: None,
        fenced=True,
    )
    assert state(storage) == before
    storage.close()


def state(storage: Storage) -> tuple[object, list[object]]:
    return storage.contents(), list(storage.reader.execute("SELECT * FROM needs ORDER BY is_set, key"))
