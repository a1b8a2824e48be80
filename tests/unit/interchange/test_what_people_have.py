"""The files that other tools leave behind, in all the ways in which they say the same."""

from pathlib import Path

import pytest

from chaos.checkers import linearizable, set_full, transaction_cycle
from chaos.cli import main
from chaos.history import History, HistoryError
from chaos.interchange import edn, elle, load, porcupine

KV = """\
{:process 0, :type :invoke, :f :append, :key "7", :value "a"}
{:process 1, :type :invoke, :f :put, :key "7", :value "b"}
{:process 0, :type :ok, :f :append, :key "7", :value "a"}
{:process 1, :type :ok, :f :put, :key "7", :value "b"}
{:process 2, :type :invoke, :f :get, :key "7", :value nil}
{:process 2, :type :ok, :f :get, :key "7", :value "ba"}
{:process 2, :type :invoke, :f :get, :key "8", :value nil}
{:process 2, :type :ok, :f :get, :key "8", :value ""}
"""
HISTORY_TXT = """\
0\t:invoke\t:write\t[5 3]
:nemesis\t:info\t:start-partition\t:majority
1\t:invoke\t:read\t[5 nil]
0\t:info\t:write\t[5 3]\t:timed-out
1\t:ok\t:read\t[5 3]
2\t:invoke\t:cas\t[5 [0 4]]
2\t:fail\t:cas\t[5 [0 4]]\t[:did-not-succeed "a precondition\tfailed"]
"""
STAMP = "2021-02-26 23:39:0{}{{GMT}}\tINFO\t[jepsen worker {}] jepsen.util: {}\n"
JEPSEN_LOG = "".join(
    (
        "2021-02-26 23:39:00,100{GMT}\tINFO\t[jepsen test runner] jepsen.core: Relative time begins now\n",
        STAMP.format("1,300", 1, "1\t:invoke\t:write\t2"),
        "2021-02-26 23:39:01,301{GMT}\tWARN\t[jepsen worker 1] jepsen.db: slow\n  at some.Java(Frame)\n",
        STAMP.format("1,303", 1, "1\t:ok\t:write\t2"),
        STAMP.format("2,526", 0, "0\t:invoke\t:read\tnil"),
        STAMP.format("2,527", 0, "0\t:ok\t:read\t2"),
    )
)
NAMELESS = """\
{:index 2 :type :invoke, :value [[:append 255 8] [:r 253 nil]]}
{:index 3 :type :invoke, :value [[:append 256 4] [:r 255 nil]]}
{:index 4 :type :ok,     :value [[:append 256 4] [:r 255 []]]}
{:index 5 :type :ok,     :value [[:append 255 8] [:r 253 [1 3 4]]]}
"""


def told(history: History) -> list[tuple[object, ...]]:
    return [(op.f, op.key, op.value, op.outcome) for op in history.operations]


def test_porcupines_key_value_files() -> None:
    history = porcupine.read(KV)
    assert told(history) == [
        ("append", "7", "a", "ok"),
        ("write", "7", "b", "ok"),
        ("read", "7", "ba", "ok"),
        ("read", "8", None, "ok"),
    ]
    assert linearizable.check(history).found is False
    assert linearizable.check(porcupine.read(KV.replace('"ba"', '"a"'))).found is True


def test_jepsens_table_of_a_history() -> None:
    history = porcupine.read(HISTORY_TXT)
    assert told(history) == [
        ("write", 5, 3, "info"),
        ("read", 5, 3, "ok"),
        ("cas", 5, [0, 4], "fail"),
    ]
    errors = [op.error for op in history.operations]
    assert errors == ["timed-out", None, '[:did-not-succeed "a precondition failed"]']
    assert [event.f for event in history.nemesis] == ["start-partition"]


def test_jepsens_log_with_its_times() -> None:
    history = porcupine.read(JEPSEN_LOG)
    assert told(history) == [("write", "x", 2, "ok"), ("read", "x", 2, "ok")]
    assert [op.invoked_ns for op in history.operations] == [0, 1_226_000_000]


def test_transactions_without_f_or_process() -> None:
    history = edn.read(NAMELESS)
    assert [op.f for op in history.operations] == ["txn", "txn"]
    assert len({op.process for op in history.operations}) == 2
    assert history.operations[0].value == [["append", 255, 8], ["r", 253, [1, 3, 4]]]
    assert transaction_cycle.check(history).found is not False  # nobody appended 1, 3 and 4


def test_an_answer_without_a_process_must_fit_a_request() -> None:
    with pytest.raises(HistoryError, match="line 2: expected an operation with :process"):
        edn.read(NAMELESS.replace("{:index 3 :type :invoke", "{:index 3 :type :ok"))


def test_a_read_called_with_nil_shows_that_pairs_are_values() -> None:
    text = (
        "{:type :invoke, :f :write, :value [1 2], :process 0}\n"
        "{:type :ok, :f :write, :value [1 2], :process 0}\n"
        "{:type :invoke, :f :read, :value nil, :process 1}\n"
        "{:type :ok, :f :read, :value [1 2], :process 1}\n"
    )
    assert told(edn.read(text)) == [("write", "x", [1, 2], "ok"), ("read", "x", [1, 2], "ok")]
    assert linearizable.check(edn.read(text)).found is False


@pytest.mark.parametrize("answer", ["[7 #{7 9}]", "[7 9]", "#{7 9}"])
def test_sets_whose_adds_name_a_key(answer: str) -> None:
    adds = "".join(
        f"{{:type {type_}, :f :add, :value [7 {element}], :process 0}}\n"
        for element in (7, 9)
        for type_ in (":invoke", ":ok")
    )
    asked = "{:type :invoke, :f :read, :value [7 nil], :process 1}\n"
    history = edn.read(f"{adds}{asked}{{:type :ok, :f :read, :value {answer}, :process 1}}")
    assert history.operations[-1].value in ([7, 9], [9, 7])
    assert set_full.check(history).found is False


BANK = """\
{:type :invoke, :f :read, :process 0, :value nil}
{:type :ok, :f :read, :process 0, :value {0 10, 1 {:a 5, [1 2] 6}}}
"""


def test_whole_numbers_as_keys_of_maps_and_odd_keys_of_operations() -> None:
    assert edn.read(BANK).operations[0].value == {"0": 10, "1": {"a": 5, "[1, 2]": 6}}
    write = '{:type :invoke, :f :write, :process 0, :value [[1 "a"] 2]}'
    assert edn.read(f"{write}\n{write.replace('invoke', 'ok')}").operations[0].key == '[1, "a"]'
    keyed = '[{"type":"invoke","process":0,"f":"read","key":1.5,"value":null}]'
    assert elle.read(keyed).operations[0].key == "1.5"


@pytest.mark.parametrize("checker", ["linearizable", "stale-read", "causality", "set-full", "lost-write"])
def test_a_map_with_numbers_for_keys_is_judged(
    tmp_path: Path, checker: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bank.edn").write_text(BANK)
    assert main(["check", str(tmp_path / "bank.edn"), "--checker", checker]) in (1, 3)
    assert "crashed" not in capsys.readouterr().out


NOTHING = ("", "\n", "a page of prose\nwith two lines\n", "INFO  jepsen.core - Worker 0 starting\n")
FAULTS = ":nemesis\t:info\t:start\tnil\n"
FAILED = "0\t:invoke\t:write\t1\n0\t:fail\t:write\t1\n1\t:invoke\t:read\tnil\n1\t:info\t:read\tnil\n"


@pytest.mark.parametrize("ending", [".txt", ".log"])
@pytest.mark.parametrize("text", [*NOTHING, FAULTS, FAILED])
def test_what_cannot_be_read_or_never_succeeded_is_unknown(
    tmp_path: Path, text: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"history{ending}"
    path.write_text(text)
    checkers = ("linearizable", "stale-read", "causality", "set-full", "split-brain", "dirty-read")
    for checker in checkers:
        assert main(["check", str(path), "--checker", checker]) == 3, checker
    assert ("no operation of a client" in capsys.readouterr().out) is (text != FAILED)


@pytest.mark.parametrize("name", ["history.jsonl", "history.edn", "history.json"])
def test_an_empty_file_is_unknown(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    assert main(["check", str(tmp_path / name), "--checker", "linearizable"]) == 3
    assert load(tmp_path / name).operations == ()


@pytest.mark.parametrize("ending", ["edn", "json", "txt", "log", "jsonl"])
def test_what_is_nested_too_deeply_is_bad_input_and_no_crash(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    lines = {
        "json": f'[{{"type":"invoke","process":0,"f":"write","value":{deep}}}]',
        "jsonl": f'{{"index":0,"time":0,"type":"invoke","process":0,"f":"write","key":"x","value":{deep}}}',
    }
    path = tmp_path / f"deep.{ending}"
    path.write_text(lines.get(ending, f"{{:type :invoke :process 0 :f :write :value {deep}}}") + "\n")
    assert main(["check", str(path), "--checker", "linearizable"]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be judged" in line and "nested too deeply" in line and "crashed" not in line


@pytest.mark.parametrize("ending", ["edn", "txt"])
def test_a_byte_order_mark_is_passed_over(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"history.{ending}"
    path.write_text(KV.splitlines()[1].replace(":put", ":write") + "\n", encoding="utf-8-sig")
    assert len(load(path).operations) == 1
