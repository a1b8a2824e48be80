"""What the operating system says of a process: from `/proc` where there is one, else from `ps`."""

import subprocess
from pathlib import Path

from chaos.cluster import ProcessState


def process_state(pid: int) -> ProcessState:
    """`dead` for a process that has ended, buried or not."""
    letter = _letter_from_proc(pid) if Path("/proc/self/stat").exists() else _letter_from_ps(pid)
    if letter in ("", "Z", "X"):
        return "dead"
    return "paused" if letter in ("T", "t") else "running"


def command_line(pid: str) -> str:
    """The words with which the process was started, or an empty text if there is no such process."""
    if Path("/proc/self/stat").exists():
        try:
            return (
                Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
            )
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return _from_ps("args=", pid)


def _letter_from_proc(pid: int) -> str:
    """The third field; the second is the program's name in brackets, which may hold anything."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return text.rpartition(")")[2].split()[0]


def _letter_from_ps(pid: int) -> str:
    return _from_ps("state=", str(pid))[:1]


def _from_ps(what: str, pid: str) -> str:
    command = ["ps", "-o", what, "-p", pid]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
