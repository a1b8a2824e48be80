"""Histories of other tools: as they write them, there and back, and with what is wrong named by its line."""

from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from typer.testing import CliRunner

from chaos.checkers import linearizable
from chaos.commands import check
from chaos.history import Event, History, HistoryError
from chaos.interchange import dump, edn, elle, load, porcupine
from chaos.judging.verdict import NOT_AS_EXPECTED
from tests.unit.checkers.sessions import histories

JEPSEN = """\
{:type :invoke, :f :write, :value 1, :process 0, :time 100, :index 0}
{:type :ok, :f :write, :value 1, :process 0, :time 200, :index 1}
{:type :info, :f :start-partition, :value [:isolated {"n1" #{"n2"}}], :process :nemesis, :time 250, :index 2}
{:type :invoke, :f :read, :value nil, :process 1, :time 300, :index 3}
{:type :ok, :f :read, :value nil, :process 1, :time 400, :index 4}
"""
INDEPENDENT = """\
; the keys of jepsen.independent stand in the values
#jepsen.history.Op{:index 0, :time 1, :type :invoke, :process 0, :f :cas, :value [5 [nil 1]]}
#jepsen.history.Op{:index 1, :time 2, :type :ok, :process 0, :f :cas, :value [5 [nil 1]]}
#jepsen.history.Op{:index 2, :time 3, :type :invoke, :process 1, :f :read, :value [5 nil]}
#jepsen.history.Op{:index 3, :time 4, :type :ok, :process 1, :f :read, :value [5 1]}
"""
PORCUPINE = """\
INFO  jepsen.core - Worker 0 starting
INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 1\t:invoke\t:cas\t[0 4]
INFO  jepsen.util - 0\t:info\t:write\t:timed-out
INFO  jepsen.util - 1\t:fail\t:cas\t[0 4]
INFO  jepsen.util - 2\t:invoke\t:read\tnil
INFO  jepsen.util - 2\t:ok\t:read\t3
"""
ELLE = """\
[{"index":0,"type":"invoke","process":0,"f":"txn","value":[["append",9,2],["r",9,null]]},
 {"index":1,"type":"ok","process":0,"f":"txn","value":[["append",9,2],["r",9,[2]]]}]
"""


def test_a_file_of_jepsen_is_judged() -> None:
    history = edn.read(JEPSEN)
    assert [event.f for event in history.nemesis] == ["start-partition"]
    assert linearizable.check(history).found is True


def test_what_is_left_out_in_edn() -> None:
    assert edn.read("#_{:type :x} [] ; nothing").events == ()


def test_independent_keys() -> None:
    swap, read = edn.read(INDEPENDENT).operations
    assert (swap.key, swap.value, read.key, read.value) == (5, [None, 1], 5, 1)
    assert linearizable.check(edn.read(INDEPENDENT)).found is False


def test_a_log_of_porcupine() -> None:
    write, swap, read = porcupine.read(PORCUPINE).operations
    assert (write.outcome, write.value, write.error) == ("info", 3, "timed-out")
    assert (swap.outcome, swap.value, read.value) == ("fail", [0, 4], 3)


def test_transactions_of_elle() -> None:
    (txn,) = elle.read(ELLE).operations
    assert txn.value == [["append", 9, 2], ["r", 9, [2]]]


def test_a_process_that_goes_on_after_an_info_gets_a_new_number() -> None:
    lines = "INFO jepsen.util - 0 :invoke :write 1\nINFO jepsen.util - 0 :info :write :timed-out\n"
    first, second = porcupine.read(lines * 2).operations
    assert first.process != second.process


@settings(max_examples=50, deadline=None)
@given(histories(("write", "read", "cas", "add"), keys="xy", fresh=False))
@pytest.mark.parametrize("form", [edn, elle])
def test_there_and_back(form: object, history: History) -> None:
    assert form in (edn, elle)
    back = edn.read(edn.write(history)) if form is edn else elle.read(elle.write(history))
    assert [plain(event) for event in back.events] == [plain(event) for event in history.events]


def plain(event: Event) -> tuple[object, ...]:
    return event.index, event.time, event.type, event.f, event.key, event.value, event.error


@pytest.mark.parametrize("ending", [".edn", ".json", ".log"])
def test_files_by_their_endings(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"history{ending}"
    history = porcupine.read(PORCUPINE)
    dump(history, path)
    assert [op.outcome for op in load(path).operations] == [op.outcome for op in history.operations]
    with pytest.raises(ValueError, match="must end in one of"):
        dump(history, tmp_path / "history.csv")


@pytest.mark.parametrize(
    ("ending", "text", "words"),
    [
        (
            ".edn",
            JEPSEN.replace(":type :ok, :f :write", ":type :okay, :f :write"),
            "line 2: expected a type of",
        ),
        (".edn", JEPSEN + "{:type :ok", "line 6: { is never closed"),
        (".edn", JEPSEN + ")", "line 6: expected a value, not )"),
        (".edn", JEPSEN + "7", "line 6: expected a map of an operation, not 7"),
        (".edn", JEPSEN + "{:type :ok :f :read}", "line 6: expected an operation with :process"),
        (
            ".edn",
            JEPSEN + "{:type :ok :f :read :process 8}",
            "line 6: process 8 ends an operation that it never",
        ),
        (".log", PORCUPINE + "INFO jepsen.util - 3 :invoke", "line 9: expected a process, a type and an op"),
        (".edn", f"[{JEPSEN.replace('ok, :f :read', 'okay, :f :read')}]", "line 5: expected a type of"),
        (".edn", JEPSEN + r'{:error "\x"}', r'line 6: "\x" is not a string'),
        (".json", '{"type": "invoke"', "line 1: Expecting"),
        (".json", ELLE.replace('"ok"', '"okay"'), "line 2: expected a type of"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(tmp_path: Path, ending: str, text: str, words: str) -> None:
    path = tmp_path / f"history{ending}"
    path.write_text(text)
    with pytest.raises(HistoryError) as error:
        load(path)
    assert words in str(error.value)


def test_the_command_line_judges_such_a_file(tmp_path: Path) -> None:
    path = tmp_path / "history.edn"
    path.write_text(JEPSEN)
    app = typer.Typer()
    app.callback()(lambda: None)
    check.register(app)
    result = CliRunner().invoke(app, ["check", str(path), "--checker", "linearizable", "monotonic-read"])
    assert result.exit_code == NOT_AS_EXPECTED
    assert "linearizable: At first x was nothing" in result.stdout
    assert "no non-monotonic-read" in result.stdout
