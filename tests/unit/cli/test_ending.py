"""Whoever is told to end heals first: once, whatever signals follow, and also when the terminal is gone."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

BEGIN = """
import asyncio, os, signal, sys, threading
from chaos.faults.fault import Fault, Mark, Strike
from chaos.runtimes import ending

class HeardBy(ending.Ending):
    def hear(self, number, frame):
        try:
            super().hear(number, frame)
        finally:
            with open(sys.argv[1] + "-heard", "a") as heard:
                heard.write(".")

ending.Ending = HeardBy

class Struck(Fault):
    needs = frozenset()

    async def aim(self, cluster):
        async def bite():
            print("struck", flush=True)

        async def heal():
            print("healing", flush=True)  # an error, if the terminal is gone
            while not os.path.exists(sys.argv[1] + "-enough"):
                await asyncio.sleep(0.01)
            open(sys.argv[1], "w").write("healed")

        return Strike((), Mark("begin", {}, ""), Mark("end", {}, ""), bite, heal)

class Cluster:
    abilities = frozenset()

async def main():
    async with Struck().applied(Cluster()):
"""
END = """
with ending.like_ctrl_c() as told:
    try:
        ending.run(main())
    except (KeyboardInterrupt, OSError, ValueError):
        pass
sys.exit(told.exit_code(130))
"""
WAITS = f"{BEGIN}        await asyncio.sleep(60)\n{END}"
ENDS_S = 30.0  # much less than it waits


def enough(healed: Path) -> None:
    """It need not go on healing."""
    Path(f"{healed}-enough").touch()


def started(program: str, healed: Path) -> "subprocess.Popen[str]":
    lab = subprocess.Popen([sys.executable, "-c", program, str(healed)], stdout=subprocess.PIPE, text=True)
    assert lab.stdout and lab.stdout.readline() == "struck\n"
    return lab


def line_from(terminal: int) -> bytes:
    """All of a line: who has written only a part of one when the terminal closes is told of an error."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(terminal, 100)
    return line


def until_there(path: Path, size: int = 0) -> None:
    deadline = time.monotonic() + ENDS_S
    while not path.exists() or path.stat().st_size < size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def send(lab: "subprocess.Popen[Any]", healed: Path, numbers: Sequence[int]) -> None:
    """Each comes when the one before has been heard, and before the healing is over."""
    for count, number in enumerate(numbers, start=1):
        lab.send_signal(number)
        until_there(Path(f"{healed}-heard"), count)
    enough(healed)


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ([signal.SIGTERM], 143),
        ([signal.SIGHUP], 129),
        ([signal.SIGHUP, signal.SIGHUP, signal.SIGTERM], 129),
        ([signal.SIGINT], 130),
        ([signal.SIGINT, signal.SIGHUP, signal.SIGTERM], 130),
    ],
)
def test_a_signal_heals(tmp_path: Path, numbers: list[int], code: int) -> None:
    lab = started(WAITS, tmp_path / "healed")
    send(lab, tmp_path / "healed", numbers)
    lab.communicate(timeout=ENDS_S)
    assert (lab.returncode, (tmp_path / "healed").exists()) == (code, True)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
@pytest.mark.parametrize("body", ["pass", "raise ValueError"], ids=["over", "broken"])
def test_the_first_signal_may_come_while_it_heals(
    tmp_path: Path, number: signal.Signals, code: int, body: str
) -> None:
    lab = started(f"{BEGIN}        {body}\n{END}", tmp_path / "healed")
    assert lab.stdout and lab.stdout.readline() == "healing\n"
    send(lab, tmp_path / "healed", [number, *{signal.SIGHUP, signal.SIGTERM} - {number}])
    lab.communicate(timeout=ENDS_S)
    assert (lab.returncode, (tmp_path / "healed").exists()) == (code, True)


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_further_ctrl_c_ends_everything(tmp_path: Path, first: signal.Signals) -> None:
    lab = started(WAITS, tmp_path / "healed")
    lab.send_signal(first)
    assert lab.stdout and lab.stdout.readline() == "healing\n"
    lab.send_signal(signal.SIGINT)
    lab.communicate(timeout=ENDS_S)
    assert (lab.returncode, (tmp_path / "healed").exists()) == (130 if first == signal.SIGINT else 143, False)


def test_a_signal_is_heard_by_a_loop_that_falls_asleep_just_then(tmp_path: Path) -> None:
    """As when it comes to another thread: the one that has to hear it is not woken by it."""
    to_itself = "signal.pthread_kill(threading.get_ident(), signal.SIGHUP)"
    another = f"threading.Timer(0.2, lambda: {to_itself}).start()"
    enough(tmp_path / "healed")
    lab = started(f"{BEGIN}        {another}\n        await asyncio.sleep(60)\n{END}", tmp_path / "healed")
    lab.communicate(timeout=ENDS_S)
    assert (lab.returncode, (tmp_path / "healed").exists()) == (129, True)


@pytest.mark.parametrize("sees_it_first", [False, True])
def test_a_terminal_that_closes_heals(tmp_path: Path, sees_it_first: bool) -> None:
    """By an error as it writes, or by the signal; the error may come first, and the signal as it heals."""
    writes = "while True: print('still here', flush=True)" if sees_it_first else "await asyncio.sleep(60)"
    program = f"{BEGIN}        {writes}\n{END}"
    if sees_it_first:
        program = program.replace('print("healing", flush=True)', 'open(sys.argv[1] + "-soon", "w")')
    terminal, inside = pty.openpty()
    command = [sys.executable, "-c", program, str(tmp_path / "healed")]
    lab = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, start_new_session=True)
    os.close(inside)
    assert line_from(terminal).startswith(b"struck")
    os.close(terminal)
    if sees_it_first:
        until_there(tmp_path / "healed-soon")
    send(lab, tmp_path / "healed", [signal.SIGHUP])  # as the kernel does for the terminal's own session
    assert lab.wait(ENDS_S) == 129
    assert (tmp_path / "healed").exists()


def test_who_ignores_the_signal_goes_on(tmp_path: Path) -> None:
    ignores = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    enough(tmp_path / "healed")
    lab = started(ignores + WAITS.replace("sleep(60)", "sleep(1)"), tmp_path / "healed")
    lab.send_signal(signal.SIGHUP)
    lab.communicate(timeout=ENDS_S)
    assert lab.returncode == 130
