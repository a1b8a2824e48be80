"""A client's request by hand and, if it failed, what became of it, in words."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chaos.cluster import Cluster, ClusterError
from chaos.runtimes.http_client import HttpClient
from chaos.workloads.client import ClientError
from services.adapters.stream import IN_DOUBT

MALFORMED = re.compile(r"^bad-(?:request|key|value): ")
PATIENCE_S = 10.0  # longer than any gateway takes to say that it does not know


@asynccontextmanager
async def asking(
    cluster: Cluster, *, is_write: bool, replica: str | None = None
) -> AsyncIterator[HttpClient]:
    """A client of all doors of `cluster`; with `replica`, only that one may answer.

    A request that fails in the block raises `ClusterError`, in the words of `failure`.
    """
    client = HttpClient(cluster.doors, PATIENCE_S, replica)
    try:
        yield client
    except ClientError as error:
        raise ClusterError(failure(error, is_write)) from error
    finally:
        await client.close()


def failure(error: ClientError, is_write: bool) -> str:
    """What went wrong and, for a write, whether it may have happened.

    Neither a read nor a request that could not even be understood leaves anything in doubt.
    """
    if MALFORMED.match(error.text):
        return MALFORMED.sub("", error.text)
    if not is_write:
        return error.text.removesuffix(f"; {IN_DOUBT}")
    doubt = "it certainly did not happen" if error.definite else "nobody knows whether it happened"
    return f"{error.text} ({doubt})"
