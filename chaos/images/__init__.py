"""`./lab images`: the four images of a cluster, pulled and built, or built from stand-ins.

A stand-in takes the name of an image that a registry would give, so that Dockerfile and
docker-compose.yml stay the same where no registry is reachable. It is labelled, it is announced, and
it never replaces a real image that is already there.
"""

from concurrent.futures import ThreadPoolExecutor

from docker import DockerClient
from docker.errors import APIError

from chaos.cluster import ClusterError
from chaos.images import base, redis, toxiproxy
from chaos.runtimes.compose_file import SETUP
from chaos.runtimes.docker_engine import compose, connect


def build(offline: bool) -> None:
    """Make `replication-lab` and what it stands on; a second call has little to do.

    Raises `ClusterError` naming what is missing and how to get it.
    """
    engine = connect()
    if not offline:
        _from_registry(engine)
        return
    with ThreadPoolExecutor() as pool:
        beside = pool.submit(redis.stand_in, connect())  # it stands on none of the others
        base.stand_in(engine)
        _build_lab()
        toxiproxy.stand_in(engine)
        beside.result()


def _from_registry(engine: DockerClient) -> None:
    try:
        for image in (toxiproxy.IMAGE, redis.IMAGE):
            print(f"{image}: pulling", flush=True)
            engine.images.pull(image)
        _build_lab("--pull")
    except (ClusterError, APIError) as error:
        hint = "if no image registry is in reach: `./lab images --offline`"
        raise ClusterError(f"{error}\n({hint})") from error


def _build_lab(*options: str) -> None:
    print("replication-lab: building", flush=True)
    compose("build", *options, SETUP)
