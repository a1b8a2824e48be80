"""Files as Jepsen, Knossos and Elle have them, judged from the command line as anybody would."""

from pathlib import Path

import pytest

from chaos.cli import main
from chaos.history import Operation
from chaos.interchange import load

FOLDER = Path(__file__).parent / "recorded"

JUDGED = [
    # file, checker, exit code, and what must be said
    ("etcd-register.edn", "linearizable", 1, "process 5 asked the cluster for 1 at 5.042 s and saw 4"),
    ("etcd-register.edn", "stale-read", 0, "no stale-read"),
    (
        "knossos-register.edn",
        "linearizable",
        1,
        "saw 0; but in whatever order all before it is put, x can only have been 1",
    ),
    ("list-append.edn", "transaction-cycle", 1, "the former read 6 without 1"),
    ("list-append.edn", "dirty-read", 0, "no dirty-read"),
    ("set.edn", "set-full", 1, "it was not there, nor in any later read"),
]


@pytest.mark.parametrize(("name", "checker", "code", "words"), JUDGED)
def test_a_recorded_file_is_judged(
    name: str, checker: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(FOLDER / name), "--checker", checker]) == code
    assert words in capsys.readouterr().out


def test_what_a_register_test_of_jepsen_holds() -> None:
    history = load(FOLDER / "etcd-register.edn")
    of_key: dict[object, list[Operation]] = {}
    for operation in history.operations:
        of_key.setdefault(operation.key, []).append(operation)
    assert [(op.f, op.value, op.outcome) for op in of_key[0]] == [
        *[("read", None, "ok"), ("write", 3, "ok"), ("cas", [3, 1], "fail"), ("read", 3, "ok")]
    ]
    assert [(op.f, op.value, op.outcome) for op in of_key[1]] == [
        *[("write", 4, "info"), ("read", 4, "ok"), ("read", None, "ok")]
    ]
    assert [event.f for event in history.nemesis] == ["start-partition"] * 2 + ["stop-partition"] * 2
    assert of_key[0][2].error == "['did-not-succeed', 'precondition\\tfailed']"
