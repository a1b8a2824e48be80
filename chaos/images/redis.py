"""The stand-in for Redis's image: the same version of the server, from Debian's packages."""

from docker import DockerClient

from chaos.images import debian
from chaos.images.stand_in import up_to_date

IMAGE = "redis:7.0.15-bookworm"
CONTENT = f"Debian {debian.SUITE}'s redis-server"


def stand_in(engine: DockerClient) -> None:
    """Make the stand-in unless it, or the real image, is there."""
    if not up_to_date(engine, IMAGE, CONTENT):
        changes = ('CMD ["redis-server"]', "WORKDIR /data", "EXPOSE 6379")
        debian.make(engine, IMAGE, CONTENT, package="redis-server", changes=changes)
