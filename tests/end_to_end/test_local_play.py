"""A cluster to play with, as somebody at a terminal has it: each command is a process of its own."""

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import pytest

from tests.end_to_end.terminal import ENDS_S, Terminal

LONG_CALLS = ("--set", "call_timeout_ms=5000")  # no request is given up because a test has to wait
PATIENT = ("--detection-timeout-ms", "5000", *LONG_CALLS)  # and nobody is replaced
NOTHING_UP = "nothing is up; start one with `./lab up`"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with TemporaryDirectory(prefix="lab-") as folder:  # a short name: it holds a unix socket
        terminal = Terminal(Path(folder))
        yield terminal
        if terminal.state.exists():
            terminal.lab("down")
        terminal.marked.must_leave_nothing()


def test_without_a_cluster_every_command_says_so(terminal: Terminal) -> None:
    for command in (
        ["status"],
        ["logs"],
        ["put", "x", "1"],
        ["get", "x"],
        ["fault", "heal"],
        ["fault", "kill", "n1"],
        ["promote", "n1"],
        ["handover"],
    ):
        assert NOTHING_UP in terminal.lab(*command, code=4)
    assert "nothing is up" in terminal.lab("down", code=4)


def _page(said: str) -> str:
    """The address of the live page, without its token."""
    found = re.search(r"see  (http://127\.0\.0\.1:\d+/)#\S+", said)
    assert found, said
    return found[1]


def _metrics(address: str) -> str:
    """What Prometheus is told there."""
    with urlopen(f"{address}/metrics", timeout=ENDS_S) as reply:
        text: bytes = reply.read()
    return text.decode()


@pytest.mark.timeout(300)
def test_an_evening_with_a_cluster(terminal: Terminal) -> None:
    said = terminal.lab("up", "--replication", "n2=sync", "--nodes", "2", *PATIENT)
    assert "up: local-" in said and "\nn1 leads, followed by n2\n" in said
    page = _page(said)
    assert page in terminal.lab("page")
    assert "is up already" in terminal.lab("up", code=4)
    assert terminal.node("n1")["settings"]["replication"] == "sync"
    assert [node["node"] for node in terminal.status()["nodes"]] == ["n1", "n2", "g1", "g2", "controller"]
    assert 'lab_role{role="follower"} 1' in _metrics(terminal.status()["addresses"]["n2"])
    assert "n1 acknowledges by semi-sync" in terminal.lab("replication", "semi-sync")
    assert "there is no follower 'n9'" in terminal.lab("replication", "n9=sync", code=2)
    assert "acknowledged by n1" in terminal.lab("put", "x", "7")
    terminal.lab("put", "greeting", "hello there")
    assert terminal.lab("get", "x").startswith("7\n")
    assert terminal.lab("get", "greeting", "--from", "n2").startswith('"hello there"\n')
    assert terminal.lab("get", "absent", code=1).startswith("absent has no value, says n1")
    assert "not-leader: n2 is a follower; send writes to n1" in terminal.lab(
        "put", "x", "9", "--to", "n2", code=4
    )

    terminal.lab("fault", "lose-reply", "g1", "n1")
    assert "nobody knows whether it happened" in terminal.lab("put", "x", "8", code=4)
    assert [link["link"] for link in terminal.status()["links"]] == ["g1-n1"]
    assert "link g1-n1: requests arrive, replies are lost" in terminal.lab("status")
    assert terminal.lab("fault", "heal") == "healed: g1-n1\n"
    assert terminal.lab("get", "x").startswith("8\n")

    terminal.lab("fault", "kill", "n2")
    assert terminal.node("n2") == {"node": "n2", "process": "dead"}
    terminal.lab("fault", "restart", "n2")
    assert terminal.node("n2")["process"] == "running"
    assert "another storage format: n2" in terminal.lab("fault", "upgrade", "n2")
    assert terminal.lab("get", "x", "--from", "n2").startswith("8\n")

    lines = terminal.lab("logs").splitlines()
    story = [
        "n1 promoted",
        "nemesis start-lose-reply",
        "nemesis stop-partition",
        "nemesis kill",
        "n2 started",
    ]
    found = [index for part in story for index, line in enumerate(lines) if part in line]
    assert len(found) >= len(story), lines
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)

    with urlopen(f"{page}stream", timeout=ENDS_S) as stream:
        assert stream.readline() == b"event: picture\n"
        assert "nothing is left" in terminal.lab("down")
    assert not terminal.state.exists()


def test_a_cluster_that_nobody_leads(terminal: Terminal) -> None:
    terminal.lab("up", "--strategy", "leaderless", "--set", "w=2", "--set", "r=2", *LONG_CALLS)
    assert terminal.node("n1")["settings"]["family"] == "leaderless"
    assert "acknowledged by n" in terminal.lab("put", "x", "7")
    assert terminal.lab("get", "x").startswith("7\n")
    assert "there are n1" in terminal.lab("fault", "cut", "leader", code=4)
    terminal.lab("fault", "kill", "n1")
    assert "acknowledged by n" in terminal.lab("put", "x", "8"), "two of three are enough"
    assert "nothing is left" in terminal.lab("down")


def test_two_who_start_at_once_both_have_a_cluster(terminal: Terminal) -> None:
    with TemporaryDirectory(prefix="lab-") as folder:
        other = Terminal(Path(folder))
        starting = [each.start("up", "--nodes", "1") for each in (terminal, other)]
        said = [each.communicate(timeout=ENDS_S)[0] for each in starting]
        assert [each.returncode for each in starting] == [0, 0], said
        assert sum("port 8080 is taken here" in each for each in said) >= 1, said
        assert "nothing is left" in other.lab("down")


def test_healing_takes_back_everything_and_names_it(terminal: Terminal) -> None:
    terminal.lab("up", "--nodes", "2", *PATIENT)
    terminal.lab("fault", "pause", "g1")
    assert "acknowledged" in terminal.lab("put", "x", "8"), "the gateway that runs is asked"
    terminal.lab("fault", "kill", "g2")
    assert "no gateway runs" in terminal.lab("put", "x", "9", code=4)
    terminal.lab("fault", "kill", "n2")
    healed = terminal.lab("fault", "heal").splitlines()
    assert healed == ["started again: n2", "resumed: g1", "started again: g2"]
    assert terminal.lab("fault", "heal") == "everything was healthy already\n"


def test_the_lead_passes_by_an_operators_orders(terminal: Terminal) -> None:
    terminal.lab("up", "--coordination", "manual", *PATIENT)
    terminal.lab("put", "x", "7")
    assert terminal.lab("handover", "n2") == "handed over: n2 leads now\n"
    assert "acknowledged by n2, epoch 2" in terminal.lab("put", "x", "8")
    assert "n2 leads already" in terminal.lab("handover", "n2", code=4)
    assert "to let n3 lead, order a hand-over instead" in terminal.lab("promote", "n3", code=4)
    assert "no replica 'g1'" in terminal.lab("promote", "g1", code=4)
    terminal.lab("fault", "kill", "n2")
    deadline = time.monotonic() + ENDS_S
    while (promoting := terminal.start("promote", "n3")).wait(ENDS_S):  # until the silence is noticed
        assert time.monotonic() < deadline, promoting.communicate()
    assert terminal.lab("get", "x").startswith("8\n")
    story = [line.split()[2] for line in terminal.lab("logs", "--node", "n3").splitlines()]
    assert story.index("hand-over") < story.index("kill") < story.index("promoted") < story.index("promote")


def test_following_the_log_ends_with_the_cluster(terminal: Terminal) -> None:
    terminal.lab("up", "--nodes", "1")
    following = terminal.start("logs", "--follow")
    assert following.stdout
    assert any("promoted" in line for line in following.stdout)
    terminal.lab("fault", "slow", "g1", "--latency-ms", "50")
    assert any("nemesis slow" in line for line in following.stdout)
    terminal.lab("down")
    said = following.stdout.read()
    assert NOTHING_UP in said or "shut down meanwhile" in said  # if it was just asking
    assert following.wait(ENDS_S) == 4


def test_the_log_of_one_node_is_followed_through_its_restart(terminal: Terminal) -> None:
    terminal.lab("up", "--nodes", "2")
    assert "did you mean n2?" in terminal.lab("logs", "--node", "n22", code=2)
    following = terminal.start("logs", "-f", "--node", "n2")
    assert following.stdout
    assert "n2 started" in following.stdout.readline()
    terminal.lab("fault", "kill", "n2")
    terminal.lab("fault", "restart", "n2")
    terminal.lab("down")
    *lines, _ = following.stdout.read().splitlines()
    story = [line.split()[1:3] for line in lines]
    assert {node for node, _ in story} == {"n2", "nemesis"}
    order = [story.index(line) for line in (["nemesis", "kill"], ["n2", "started"], ["nemesis", "start"])]
    assert order == sorted(order)
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    assert not any("\x1b" in line for line in lines)  # colours are for terminals
    assert all(line.endswith("<<<") for line in lines if " nemesis " in line)


def test_a_supervisor_that_is_killed_takes_everything_with_it(terminal: Terminal) -> None:
    terminal.lab("up", "--nodes", "1")
    home = json.loads((terminal.state / "cluster.json").read_text("utf-8"))
    os.kill(home["pid"], signal.SIGKILL)
    terminal.marked.must_leave_nothing(except_for=[terminal.state])
    assert NOTHING_UP in terminal.lab("status", code=4)
    terminal.lab("up", "--nodes", "1")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("tenths", [0, 3, 9])
def test_who_interrupts_the_start_has_no_cluster(terminal: Terminal, number: int, tenths: int) -> None:
    after_s, interrupted = tenths / 10, False
    while not interrupted:
        starting = terminal.start("up", "--nodes", "1")
        assert starting.stdout
        assert starting.stdout.readline().startswith("starting")
        time.sleep(after_s)  # the moment is meant to be arbitrary
        starting.send_signal(number)
        interrupted = starting.wait(ENDS_S) != 0 and not terminal.is_up
        if not interrupted:  # it was up before, or just about to be
            terminal.start("down").wait(ENDS_S)
            terminal.marked.must_be_dead()
            after_s /= 2
    if number == signal.SIGINT:
        assert not terminal.state.exists()
    else:  # nobody is left to remove the directory, and the lock that died with its holder
        lock = terminal.state.with_name("state.starting")
        terminal.marked.must_leave_nothing(except_for=[terminal.state, lock])
        shutil.rmtree(terminal.state, ignore_errors=True)
        lock.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["up", "--replication", "psychic"], "psychic"),
        (["up", "--strategy", "anarchy"], "single-leader"),
        (["up", "--strategy", "leaderless", "--replication", "sync"], "replication"),
        (["up", "--strategy", "leaderless", "--set", "w=9"], "w"),
        (["up", "--coordination", "anarchy"], "anarchy"),
        (["up", "--on", "moon"], "local, compose"),
        (["up", "--detection-timeout-ms", "50"], "must be longer than heartbeat_ms"),
    ],
)
def test_what_cannot_be_started(terminal: Terminal, words: list[str], complaint: str) -> None:
    assert complaint in terminal.lab(*words, code=2)


@pytest.mark.parametrize(
    "words", [["cut", "n1", "--one-way"], ["slow", "n1", "--latency-ms", "5", "--jitter-ms", "9"], ["kill"]]
)
def test_faults_that_make_no_sense(terminal: Terminal, words: list[str]) -> None:
    terminal.lab("fault", *words, code=2)


def test_a_device_takes_writes_while_it_is_cut_off_and_syncs_when_it_is_back(terminal: Terminal) -> None:
    kind = ("--strategy", "multi-leader", "--device", "phone")
    up = terminal.lab("up", "--nodes", "1", *kind, *LONG_CALLS)
    assert "phone at http://127.0.0.1:" in up and "fault cut phone" in up
    terminal.lab("fault", "cut", "phone")
    assert "acknowledged by phone" in terminal.lab("put", "x", "B", "--gateway", "phone")
    assert "acknowledged by n1" in terminal.lab("put", "x", "C")
    terminal.lab("fault", "heal")
    deadline = time.monotonic() + ENDS_S
    while terminal.lab("get", "x", "--from", "phone").splitlines()[:2] != ['"B"', '"C"']:
        assert time.monotonic() < deadline


def test_a_device_needs_a_name_of_its_own(terminal: Terminal) -> None:
    said = terminal.lab("up", "--device", "n1", code=4)
    assert said == "lab: cannot make such a cluster: companions need names that no other node has, not n1\n"
