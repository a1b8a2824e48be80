"""What a node notes of what it says and hears, and gives out page by page."""

import asyncio
from contextlib import nullcontext

import pytest

from services.adapters.frames import frame
from services.adapters.notes import MOST_AT_ONCE, MOST_KEPT, Notebook
from services.errors import LabError
from services.messages import AskNotes, AskStatus, Operation, Write, encode
from services.messages.multi_leader import Change, Changes
from services.messages.notes import Facts, facts_of
from services.messages.versions import Stamp
from tests.unit.adapters.answering import ASK, STATUS, Node, connection
from tests.unit.adapters.peers import network_to, saying, silent

NAMED = b"LAB/1 secret  n2/0a/1\n"  # of no incarnation


async def test_what_was_asked_on_a_stream_with_a_name_is_noted_when_it_is_answered() -> None:
    node, notebook = Node(), Notebook("n1", now_s=iter((7.0, 8.5)).__next__)
    async with connection(node, notebook=notebook) as caller:
        caller.send(NAMED, frame(4, ASK))
        assert await caller.heard() == (4, STATUS)
    (note,) = notebook.read(AskNotes()).notes
    assert (note.stream, note.number, note.facts) == ("n2/0a/1", 4, Facts("ask-status"))
    assert (note.to, note.since_s, note.until_s) == (None, 7.0, 8.5)


async def test_what_the_lab_asks_is_not() -> None:
    notebook = Notebook("n1")
    async with connection(Node(), notebook=notebook) as caller:
        caller.send(b"LAB/1 secret\n", frame(1, ASK))
        await caller.heard()
    assert notebook.read(AskNotes()).notes == []


async def test_what_was_said_is_noted_with_its_end() -> None:
    notebook = Notebook("n1")
    async with network_to(saying(*[encode(STATUS)] * 2), notebook) as network:
        for outcome in (None, None, "connection-lost"):
            with pytest.raises(LabError, match=outcome) if outcome else nullcontext():
                await network.call("n2", AskStatus(), 5)
    notes = notebook.read(AskNotes()).notes
    assert [(note.to, note.number, note.outcome) for note in notes] == [
        ("n2", 1, "ok"),
        ("n2", 2, "ok"),
        ("n2", 3, "connection-lost"),
    ]
    (stream,) = {note.stream for note in notes}
    assert stream.startswith("n1/")


async def test_who_gives_up_has_no_answer_and_the_next_stream_has_another_name() -> None:
    notebook = Notebook("n1")
    async with network_to(silent, notebook) as network:
        with pytest.raises(LabError, match="timed-out"):
            await network.call("n2", AskStatus(), 0.01)
        waits = asyncio.create_task(network.call("n2", AskStatus(), 5))
        await asyncio.sleep(0)
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
    notes = notebook.read(AskNotes()).notes
    assert [note.outcome for note in notes] == ["timed-out", None]
    assert notes[0].stream != notes[1].stream


def noted(notebook: Notebook, number: int) -> None:
    notebook.heard("n2/0a/1", number, AskStatus(), 0.0)


def numbers(notebook: Notebook, asked: AskNotes) -> list[int]:
    return [note.number for note in notebook.read(asked).notes]


def test_they_are_given_out_page_by_page_and_each_once() -> None:
    notebook, found, asked = Notebook("n1"), list[int](), AskNotes()
    for number in range(MOST_AT_ONCE + 3):
        noted(notebook, number)
    for is_last in (False, True):
        answer = notebook.read(asked)
        assert answer.more is not is_last
        found += [note.number for note in answer.notes]
        asked = AskNotes(life=answer.life, after=answer.until)
    noted(notebook, 99_999)
    assert found == [*range(MOST_AT_ONCE + 3)]
    assert numbers(notebook, asked) == [99_999]


def test_the_oldest_go_and_whoever_asks_late_goes_on_with_those_that_are_left() -> None:
    notebook = Notebook("n1")
    asked = AskNotes(life=notebook.read(AskNotes()).life, after=1)
    for number in range(MOST_KEPT + 10):
        noted(notebook, number)
    assert numbers(notebook, asked)[0] == 10
    assert numbers(notebook, AskNotes(life=asked.life, after=MOST_KEPT + 8)) == [MOST_KEPT + 8, MOST_KEPT + 9]
    assert numbers(notebook, AskNotes(life=asked.life, after=10**9)) == []


def test_another_life_of_the_process_begins_from_the_beginning() -> None:
    notebook = Notebook("n1")
    noted(notebook, 1)
    assert numbers(notebook, AskNotes(life="before", after=7)) == [1]


def test_what_is_shown_of_a_message() -> None:
    put = Operation("put", "x", 1)
    changes = [Change("n1", each, put, Stamp(0, "n1")) for each in (4, 5)]
    assert facts_of(Write(operation=put)) == Facts("write", key="x")
    assert facts_of(Changes(sender="n1", changes=changes)) == Facts("changes", 2, brings={"n1": 5})
    assert facts_of(AskStatus()) == Facts("ask-status")
