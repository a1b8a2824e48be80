"""Wrong usage is one line that says what would be right; help has examples that can be copied."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from chaos.cli import ROOT, app, main
from chaos.commands import completion
from chaos.commands.examples import EXAMPLES
from chaos.commands.on_demand import registered_by
from services.settings.single_leader import READ_POLICIES

Printed = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["runn"], "run"),
        (["frobnicate"], "there are: list, run"),
        (["run", "split-brain", "--sed", "4"], "--seed"),
        (["check", "/nowhere"], "/nowhere"),
        (["fault", "ct"], "cut"),
        (["up", "--strategy", "leaderles"], "did you mean leaderless?"),
        (["up", "--on", "lokal"], "did you mean local?"),
        (["up", "--like", "dinamo"], "did you mean dynamo?"),
        (["up", "--set", "lease_m=3"], "did you mean lease_ms?"),
        (["up", "--set", "w=2"], "leaderless has it"),
        (["up", "--set", "lease_ms=long"], "lease_ms cannot be 'long'"),
        (["up", "--replication", "semisync"], "semi-sync-timeout"),
        (["up", "--set", "lease_ms=long"], "give a whole number"),
        (["up", "--set", "synchronous=n2"], "synchronous cannot be 'n2'; give a list"),
        (["up", "--set", "stonith=3"], "stonith cannot be 3; give true or false"),
        (["completion", "bsh"], "did you mean bash?"),
        (["quorum-table", "--n", "x"], "--n cannot be 'x'; give a whole number from 1 to 7"),
        (["quorum-table", "--n", "9"], "--n cannot be '9'; give a whole number from 1 to 7"),
        (["run", "split-brain", "--seed", "1.5"], "--seed cannot be '1.5'; give a whole number"),
        (["fault", "slow", "n1", "--latency-ms", "0"], "cannot be '0'; give a whole number of at least 1"),
        (["load", "--writes=-3"], "--writes cannot be '-3'; give a number from 0 to 2000"),
        (["logs", "--level", "some"], "--level cannot be 'some'; choose one of all, notable"),
        (["sweep", "split-brain", "--seeds", "9..1"], "lab: --seeds 9..1 is not a span of seeds"),
        (["edit", "--way", "mail"], "there is no 'mail'; choose one of lock, last-write-wins"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], remedy: str, capsys: Printed) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("lab: ") and remedy in line
    assert printed.out == ""


@pytest.mark.parametrize(
    "words", [["up", "--nodes", "x"], ["load", "--seconds", "0"], ["up", "--set", "w=x"]]
)
def test_no_library_speaks_for_the_lab(words: list[str], capsys: Printed) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "Input should" not in said and "input should" not in said and "`int`" not in said


def test_a_wrong_read_policy_is_answered_with_all_there_are(capsys: Printed) -> None:
    assert main(["up", "--reads", "nope"]) == 2
    said = capsys.readouterr().err
    assert "'nope'" in said and all(policy in said for policy in READ_POLICIES)


def test_the_version(capsys: Printed) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("replication-lab 0.")


def commands() -> Iterator[tuple[str, ...]]:
    """Every command, with those of groups, as it is typed."""
    top = typer.main.get_command(app)
    context = top.make_context("./lab", [], resilient_parsing=True)
    for name in top.list_commands(context):  # type: ignore[attr-defined]
        yield (name,)
        command = top.get_command(context, name)  # type: ignore[attr-defined]
        if hasattr(command, "list_commands"):
            yield from ((name, inner) for inner in command.list_commands(context))


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_every_help_ends_with_examples(words: tuple[str, ...], capsys: Printed) -> None:
    if words in (("proxy",),):  # whose arguments are another program's
        assert EXAMPLES[words[0]]
        return
    assert main([*words, "-h"]) == 0
    printed = capsys.readouterr().out
    assert "For example:" in printed
    for example in EXAMPLES[" ".join(words)]:
        assert example in printed


def test_the_help_of_the_tests_is_short_and_leads_to_that_of_pytest(capsys: Printed) -> None:
    assert main(["test", "--help"]) == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) < 25
    assert "--shard 2/5" in printed and "pytest --help" in " ".join(printed.split())


def test_what_pytest_takes_is_left_to_it() -> None:
    test: Any = registered_by("test")["test"]
    given = ["tests/unit", "-khealth", "--long", "-x", "-h"]
    assert test.make_context("test", list(given)).args == given


@pytest.mark.parametrize("name", ["kill", "pause"])
def test_a_fault_is_explained_and_not_only_named(name: str, capsys: Printed) -> None:
    assert main(["fault", name, "-h"]) == 0
    about = capsys.readouterr().out.split("\n\n")[1]
    assert len(about.split()) > 10 and ("restart" in about or "resume" in about)


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_every_example_is_a_command_that_there_is(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs" / "latest").mkdir(parents=True)
    (tmp_path / "history.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    line = line.removeprefix('eval "$(').removesuffix(')"')
    program, *words = shlex.split(line)
    assert program == "./lab"
    command: Any = typer.main.get_command(app)
    while hasattr(command, "get_command"):
        context = command.make_context("./lab", [], resilient_parsing=True)
        command = command.get_command(context, words.pop(0))
        assert command, f"there is no such command: {line}"
    command.make_context("./lab", words)  # raises for what it does not know


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("./lab swe", "sweep"),
        ("./lab run split-br", "split-brain"),
        ("./lab sweep split-brain:un", "split-brain:unfenced"),
        ("./lab run nonsense:", ""),
        ("./lab fault lose-", "lose-reply"),
        ("./lab run split-brain --on com", "compose"),
        ("./lab up --on ", "local"),
        ("./lab tour --on s", "sim"),
    ],
)
def test_what_a_shell_is_answered(line: str, found: str) -> None:
    ask = dict(pair.split("=", 1) for pair in f"{completion.ASK}={line}".split(" ", 2))
    answered = subprocess.run(
        [sys.executable, "-P", "-m", "chaos"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **ask},
        capture_output=True,
        text=True,
        check=True,
    )
    candidates = [each.partition("\t")[0] for each in answered.stdout.split()]
    assert (found in candidates) if found else not candidates


def asked(*shell: str) -> list[str]:
    """What a shell prints, a line each."""
    answered = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, check=True)
    return answered.stdout.splitlines()


def test_bash_completes_what_follows_a_colon() -> None:
    typed = "./lab run split-brain:un"
    script = f'{completion.SCRIPTS["bash"]}\nCOMP_LINE="{typed}" COMP_POINT={len(typed)}'
    assert asked("bash", "-c", f'{script} COMP_WORDS=(./lab); _lab; echo "${{COMPREPLY[@]}}"') == ["unfenced"]


@pytest.mark.shells
@pytest.mark.parametrize(
    ("words", "found"),
    [("run split-br", ["split-brain"]), ("run x --on s", ["sim"]), ("report nonsense", ["a file"])],
)
def test_zsh_completes_and_offers_files_where_nothing_is_known(words: str, found: list[str]) -> None:
    """Its own `compadd` works only while somebody types, so another stands in for it."""
    stand_ins = "compdef() { }; _files() { print a file }; compadd() { shift; print -l -- $@ }"
    typed = f"words=(./lab {words}); CURRENT=$#words"
    assert asked("zsh", "-fc", f"{stand_ins}; {completion.SCRIPTS['zsh']}{typed}; _lab") == found


@pytest.mark.shells
@pytest.mark.parametrize(
    ("typed", "found"), [("run split-brain:un", "split-brain:unfenced"), ("run x --on s", "sim")]
)
def test_fish_completes(tmp_path: Path, typed: str, found: str) -> None:
    ask = f"set -x HOME {tmp_path}; {completion.SCRIPTS['fish']}complete -C './lab {typed}'"
    assert found in [line.partition("\t")[0] for line in asked("fish", "--no-config", "-c", ask)]
