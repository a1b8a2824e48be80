"""The same function over many items: in this process, in several, or on the machines of a Dask cluster.

Results come as they are ready, in any order. Processes are spawned, not forked, so that a worker begins
with nothing but what it imports, on every system alike.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import islice
from typing import TypeVar

from chaos.cluster import ClusterError

A = TypeVar("A")
R = TypeVar("R")

BATCH = 8


def in_processes(function: Callable[[A], R], items: Iterable[A], workers: int) -> Iterator[R]:
    """`function` of each item, over so many processes; one means this process itself."""
    if workers == 1:
        yield from map(function, items)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(_each, function, batch) for batch in _batches(items)]
        try:
            for future in as_completed(futures):
                yield from future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def on_dask(function: Callable[[A], R], items: Iterable[A], address: str) -> Iterator[R]:
    """`function` of each item, on the Dask cluster whose scheduler is at `address`.

    Its workers need this project on their path. Raises `ClusterError` without the library or the cluster.
    """
    try:
        from distributed import Client  # type: ignore[import-not-found,unused-ignore]
        from distributed import as_completed as as_dask_completes
    except ImportError as error:
        raise ClusterError("Dask is not installed here; `pip install distributed` adds it") from error
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        batches = list(_batches(items))
        for future in as_dask_completes(client.map(_each, [function] * len(batches), batches, pure=False)):
            yield from future.result()


def _each(function: Callable[[A], R], batch: Sequence[A]) -> list[R]:
    return [function(item) for item in batch]


def _batches(items: Iterable[A]) -> Iterator[Sequence[A]]:
    remaining = iter(items)
    while batch := tuple(islice(remaining, BATCH)):
        yield batch
