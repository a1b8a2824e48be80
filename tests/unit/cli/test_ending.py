"""Whoever is told to end heals first: once, whatever signals follow, and also when the terminal is gone."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, sys
from chaos.commands.ending import like_ctrl_c

async def main():
    try:
        print("struck", flush=True)
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0.5)
        print("healing", flush=True)  # an error, where the terminal is gone and somebody still writes to it
        open(sys.argv[1], "w").write("healed")

with like_ctrl_c() as ending:
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
sys.exit(ending.exit_code(130))
"""
ENDS_S = 30.0


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ([signal.SIGTERM], 143),
        ([signal.SIGHUP], 129),
        ([signal.SIGHUP, signal.SIGHUP, signal.SIGTERM], 129),
        ([signal.SIGINT], 130),
    ],
)
def test_a_signal_heals(tmp_path: Path, numbers: list[int], code: int) -> None:
    healed = tmp_path / "healed"
    lab = subprocess.Popen([sys.executable, "-c", PROGRAM, str(healed)], stdout=subprocess.PIPE, text=True)
    assert lab.stdout and lab.stdout.readline() == "struck\n"
    for number in numbers:
        lab.send_signal(number)
        time.sleep(0.1)  # each is to come while it heals
    lab.communicate(timeout=ENDS_S)
    assert (lab.returncode, healed.exists()) == (code, True)


def test_a_terminal_that_closes_heals(tmp_path: Path) -> None:
    healed = tmp_path / "healed"
    terminal, inside = pty.openpty()
    lab = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(healed)],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    assert b"struck" in os.read(terminal, 100)
    os.close(terminal)
    lab.send_signal(signal.SIGHUP)  # as the kernel does for the terminal's own session
    assert lab.wait(ENDS_S) == 129
    assert healed.exists()


def test_who_ignores_the_signal_goes_on() -> None:
    program = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + PROGRAM.replace("60", "0")
    lab = subprocess.Popen([sys.executable, "-c", program, os.devnull], stdout=subprocess.PIPE, text=True)
    lab.send_signal(signal.SIGHUP) if lab.stdout and lab.stdout.readline() else None
    lab.communicate(timeout=ENDS_S)
    assert lab.returncode == 130
