"""The same function over many items on a Dask cluster: how a sweep outgrows one machine.

What is sent is small, and only names the code: a worker runs the project that it was started in. So the lab
first asks each worker what code it has, and refuses a worker with other code than ours, because its results
could not be repeated here.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from chaos.cluster import ClusterError

if TYPE_CHECKING:
    from distributed import Client

A = TypeVar("A")
R = TypeVar("R")

PATIENCE_S = 3.0  # with a scheduler that does not answer, and with one that has no workers
BATCH = 8  # items a task: a task costs the scheduler some milliseconds
CODE = "services", "chaos", "scenarios"
ROOT = Path(__file__).resolve().parents[2]


def on_dask(function: Callable[[A], R], items: Iterable[A], address: str) -> Generator[R, None, None]:
    """`function` of each item, on the Dask cluster whose scheduler is at `address`, in any order.

    Whoever stops listening, be it by Ctrl-C, takes back what has not been run. Raises `ClusterError`
    that names the remedy: without the library, without the cluster, and with workers of other code.
    """
    with _connected(address) as client:
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        _must_have_our_code(client, address)
        rows = tuple(items)
        batches = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
        futures = client.map(_each, [function] * len(batches), batches, pure=False)
        try:
            for future in as_completed(futures):
                yield from future.result()
        except (CancelledError, KilledWorker) as error:
            raise ClusterError(f"the Dask cluster at {address} broke off: {error}") from error
        finally:
            client.cancel(futures, force=True)


def code_digest() -> str:
    """Of all our source files; equal where the same seed gives the same run."""
    files = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    named = (f"{path.relative_to(ROOT).as_posix()}\0{path.read_text(encoding='utf-8')}\0" for path in files)
    return sha256("".join(named).encode()).hexdigest()


@contextmanager
def _connected(address: str) -> Iterator["Client"]:
    """A client of the scheduler while the block lasts. Raises `ClusterError`."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            "Dask is not installed here; `python3 bootstrap/install.py requirements-dask.txt` adds it"
        ) from error
    try:
        asyncio.run(_knock(address))  # a client that finds nobody would take its time to give up
        client = Client(address, timeout=PATIENCE_S)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address!r} ({error}); in the project's folder "
            "`PYTHONPATH=. .venv/bin/dask scheduler --host 127.0.0.1` starts one, and says its address"
        ) from error
    with client:
        yield client


async def _knock(address: str) -> None:
    """Raises `OSError` when nobody there speaks Dask's language, and `ValueError` for what is no address."""
    from distributed.core import connect

    comm = await connect(address, timeout=PATIENCE_S)
    await comm.close()


def _must_have_our_code(client: "Client", address: str) -> None:
    """Raises `ClusterError` when there are no workers, or some that would run something else."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError as error:
        raise ClusterError(
            f"the Dask scheduler at {address} has no workers; in the project's folder on each machine run: "
            f"PYTHONPATH=. .venv/bin/dask worker {address} --nthreads 1 --nworkers 2"
        ) from error
    others = _strangers(client)
    if others:
        raise ClusterError(
            f"of the Dask cluster at {address} these run other code than ours, or none: {', '.join(others)}; "
            "give them this very version of the project, and start them in its folder with PYTHONPATH=."
        )


def _strangers(client: "Client") -> Sequence[str]:
    """Who has not our code; the scheduler needs it too, because it looks at what is sent."""
    answers = dict(client.run(code_digest, on_error="return"))
    try:
        answers["the scheduler"] = client.run_on_scheduler(code_digest)
    except ImportError as error:
        answers["the scheduler"] = error
    ours = code_digest()
    return sorted(name for name, answer in answers.items() if answer != ours)


def _each(function: Callable[[A], R], batch: Sequence[A]) -> list[R]:
    return [function(item) for item in batch]
