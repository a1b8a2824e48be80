"""The stand-in for Docker's Python image: Debian 12's own Python 3.11, by mmdebstrap."""

import hashlib
import os
from pathlib import Path

from docker import DockerClient

from chaos.cluster import ClusterError
from chaos.images import debian
from chaos.images.stand_in import up_to_date

IMAGE = "python:3.11-slim-bookworm"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# This machine may sit behind a proxy whose certificate only it knows, so pip gets this machine's.
ENVIRONMENT = {"SSL_CERT_FILE": CERTIFICATES, "PIP_CERT": CERTIFICATES}


def stand_in(engine: DockerClient) -> None:
    """Make the stand-in unless it, or the real image, is there."""
    certificates = _certificates()
    digest = hashlib.sha256(certificates.read_bytes()).hexdigest()[:12]
    content = f"Debian {debian.SUITE}'s python3, with this machine's certificates ({digest})"
    if up_to_date(engine, IMAGE, content):
        return
    debian.make(
        engine,
        IMAGE,
        content,
        package="python3",
        hooks=(f'mkdir -p "$1{Path(CERTIFICATES).parent}"', f"upload {certificates} {CERTIFICATES}"),
        changes=(*(f"ENV {name}={value}" for name, value in ENVIRONMENT.items()), 'CMD ["python3"]'),
    )


def _certificates() -> Path:
    path = Path(os.environ.get("SSL_CERT_FILE", CERTIFICATES))
    if not path.is_file():
        raise ClusterError(
            f"no CA certificates at {path}: install the package ca-certificates, or set SSL_CERT_FILE"
        )
    return path
