"""What all stand-ins share: the label by which they are known, and running the tools that make them."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from os import environ

from docker import DockerClient
from docker.errors import ImageNotFound

from chaos.cluster import ClusterError

LABEL = "lab.stand-in"


def up_to_date(engine: DockerClient, image: str, content: str) -> bool:
    """True when `image` is the real one or a stand-in of this `content`; says which on standard output."""
    try:
        label = engine.images.get(image).labels.get(LABEL)
    except ImageNotFound:
        return False
    if label is None:
        print(f"{image}: the real image is here, no stand-in needed")
    elif label == content:
        print(f"{image}: up to date (stand-in: {label})")
    return label in (None, content)


def announce(image: str, content: str) -> None:
    """Say that something else is about to take the name of `image`."""
    print(f"{image}: STAND-IN, not the registry's image: {content}", flush=True)


def run(command: Sequence[str], package: str, environment: Mapping[str, str] | None = None) -> None:
    """Run `command`; `ClusterError` names the system package to install, or what the command said."""
    if shutil.which(command[0]) is None:
        raise ClusterError(
            f"{command[0]} is missing: install the package {package} (apt-get install {package}); "
            "where a registry is reachable, `./lab images` needs none of it"
        )
    done = subprocess.run(command, env=environ | (environment or {}), capture_output=True, text=True)
    if done.returncode != 0:
        said = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise ClusterError(f"{' '.join(command)} failed:\n{said}")
