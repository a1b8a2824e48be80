"""One small process that outlives the lab and clears away what the lab leaves.

The lab may end at any moment, even by SIGKILL, so it cannot clean up itself. The reaper learns through a pipe
what there is to remove; the end of that pipe, which comes however the lab dies, is its signal. Processes are
not reported one by one (the lab might die between a fork and its report): they join the reaper's process
group as they are forked, and the pipe cannot end before they have.

Run as a script it uses only the standard library, so that it is up within milliseconds.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

DEADLINE_S = 30.0
ENGINE_S = 120.0  # for all that a busy engine has to remove
COMPOSE_S = 15.0  # for a cluster that starts; an image that is built may take minutes
CLOSING_S = 60.0  # for what comes before and besides
QUIET_S = 4.0  # until an engine has surely done what a command asked of it that is gone
BURIAL_S = 0.5  # where nobody buries the dead (a container without an init), a group never empties
RETRY_S = 0.02
MARK = "reaper"  # a file in a directory that is to be removed: by this process
NO_SIGNAL = 0  # asks whether anybody is there


class Reaper:
    """Start it before anything else. Announce a thing before it is made, so that no moment is uncovered.

    Processes: start them with `process_group=reaper.group`; Ctrl-C then does not reach them either.
    """

    def __init__(self) -> None:
        with _blocked(signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # for ever: masks are inherited
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                process_group=0,
            )

    @property
    def group(self) -> int:
        """The process group whose members do not outlive the lab."""
        return self._process.pid

    def directory(self, path: Path) -> None:
        """Remove the directory `path` at the end."""
        self._tell("add", "directory", str(path))

    def make(self, path: Path, mode: int) -> None:
        """Make the directory `path`, to be removed at the end, and write into it who will do that."""
        self.directory(path)
        path.mkdir(mode=mode)
        (path / MARK).write_text(str(self.group), encoding="utf-8")

    def compose(self, project: str) -> None:
        """Remove containers, networks and volumes of the Compose project, which will start, at the end.

        A compose command that fails or is killed leaves the engine at work on what it has asked for, and that
        appears when everybody has looked already. So say when it has `started`.
        """
        self._tell("add", "starting", project)

    def started(self, project: str) -> None:
        """The compose command is over, and everything that it asked for is there."""
        self._tell("add", "compose", project)
        self._tell("forget", "starting", project)

    def forget(self, thing: Path | str) -> None:
        """The directory or started Compose project is gone already, or is to stay."""
        self._tell("forget", "directory" if isinstance(thing, Path) else "compose", str(thing))

    def close(self) -> None:
        """Clear away everything that was announced; returns when it is gone."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(ENGINE_S + CLOSING_S)

    def _tell(self, *words: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(("\t".join(words) + "\n").encode())


@contextlib.contextmanager
def _blocked(*numbers: signal.Signals) -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def main() -> None:
    """Listen until the lab is gone, then clear away."""
    things: list[tuple[str, str]] = []
    for line in sys.stdin:
        action, kind, name = line.rstrip("\n").split("\t")
        if action == "add":
            things.append((kind, name))
        else:
            things.remove((kind, name))
    end_group(COMPOSE_S if any(kind == "starting" for kind, _ in things) else 0.0)
    for kind, name in things:
        CLEARERS[kind](name)


def end_group(patience_s: float) -> None:
    """Wait until this group has no other member, with SIGKILL from `patience_s` on.

    A compose command may finish, for then what it asked for is there. To survive, the leader has to leave,
    which it may only for a group that exists: a child makes one.
    """
    group, maker = os.getpid(), os.fork()
    if maker == 0:
        signal.pause()
    os.setpgid(maker, maker)
    os.setpgid(0, maker)
    os.kill(maker, signal.SIGKILL)
    os.waitpid(maker, 0)
    if not _send(group, NO_SIGNAL, patience_s):
        _send(group, signal.SIGKILL, BURIAL_S)


def _send(group: int, number: int, deadline_s: float) -> bool:
    """Send the signal again and again until nobody is left; False when somebody is, at the deadline."""
    deadline = time.monotonic() + deadline_s
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
        while True:
            os.killpg(group, number)
            if time.monotonic() > deadline:
                return False
            time.sleep(RETRY_S)
    return True


def remove_directory(path: str) -> None:
    """Remove the tree at `path`; again if something appears in it meanwhile."""
    deadline = time.monotonic() + DEADLINE_S
    while Path(path).exists() and time.monotonic() < deadline:
        shutil.rmtree(path, ignore_errors=True)
        time.sleep(RETRY_S * Path(path).exists())


def remove_compose(project: str, quiet_s: float = 0.0) -> None:
    """Remove all that carries the project's label, until nothing has been found for `quiet_s`."""
    label = f"label=com.docker.compose.project={project}"
    last_seen = time.monotonic()
    deadline = last_seen + ENGINE_S
    while time.monotonic() < deadline:
        found = [_docker(*words, "--quiet", "--filter", label).split() for words, _ in COMPOSE_PARTS]
        if any(found):
            last_seen = time.monotonic()
        elif time.monotonic() - last_seen > quiet_s:
            return
        for (_, removal), names in zip(COMPOSE_PARTS, found, strict=True):
            if names:
                _docker(*removal, *names)
        time.sleep(RETRY_S)


COMPOSE_PARTS = (
    (("ps", "--all"), ("rm", "--force", "--volumes")),
    (("network", "ls"), ("network", "rm")),
    (("volume", "ls"), ("volume", "rm", "--force")),
)
CLEARERS: dict[str, Callable[[str], None]] = {
    "directory": remove_directory,
    "compose": remove_compose,
    "starting": partial(remove_compose, quiet_s=QUIET_S),
}


def _docker(*words: str) -> str:
    command = ["docker", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=ENGINE_S, check=False).stdout


if __name__ == "__main__":
    main()
