"""What `./lab up` leaves in the state directory, by which the other commands find its cluster."""

import os
from pathlib import Path

import msgspec

from chaos.runtimes.event_file import EventFile

ROOT = Path(__file__).parents[2]
READY = "ready"  # what the supervisor says then, to whoever has started it
PAGE_PORT = 8070
PAGE_TOKEN = "LAB_PAGE_TOKEN"  # noqa: S105 - the name of a variable


class Home(msgspec.Struct, frozen=True):
    """Where the supervisor of `./lab up` is to be found: its process, its socket, the page in a browser."""

    pid: int
    socket: str
    page: str = ""


def state_directory() -> Path:
    """`.lab` in the project, or wherever `LAB_STATE` says."""
    return Path(os.environ.get("LAB_STATE") or ROOT / ".lab")


def home_file() -> Path:
    """Exists while a supervisor is up (or was killed)."""
    return state_directory() / "cluster.json"


def find_home() -> Home | None:
    """What stands in it, if it is there."""
    try:
        return msgspec.json.decode(home_file().read_bytes(), type=Home)
    except FileNotFoundError:
        return None


def events_file() -> EventFile:
    """The nodes' log lines of the cluster that is up."""
    return EventFile(state_directory() / "events.jsonl")


def faults_file() -> EventFile:
    """The faults that were struck by hand."""
    return EventFile(state_directory() / "faults.jsonl")
