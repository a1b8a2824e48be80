"""The stand-in for Docker's Python image: Debian 12's own Python 3.11, by mmdebstrap."""

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from docker import DockerClient

from chaos.cluster import ClusterError
from chaos.images.stand_in import LABEL, announce, run, up_to_date

REPOSITORY, TAG = "python", "3.11-slim-bookworm"
IMAGE = f"{REPOSITORY}:{TAG}"
SUITE = "bookworm"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
NOT_NEEDED = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")
# This machine may sit behind a proxy whose certificate only it knows, so pip gets this machine's.
ENVIRONMENT = {"SSL_CERT_FILE": CERTIFICATES, "PIP_CERT": CERTIFICATES}


def stand_in(engine: DockerClient) -> None:
    """Make the stand-in unless it, or the real image, is there."""
    certificates = _certificates()
    digest = hashlib.sha256(certificates.read_bytes()).hexdigest()[:12]
    content = f"Debian {SUITE}'s python3, with this machine's certificates ({digest})"
    if up_to_date(engine, IMAGE, content):
        return
    announce(IMAGE, content)
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "base.tar"
        run(_bootstrap(archive, certificates), package="mmdebstrap")
        changes = [f"ENV {name}={value}" for name, value in ENVIRONMENT.items()]
        changes += [f'LABEL {LABEL}="{content}"', 'CMD ["python3"]']
        engine.api.import_image_from_file(str(archive), repository=REPOSITORY, tag=TAG, changes=changes)


def _bootstrap(archive: Path, certificates: Path) -> list[str]:
    return [
        "mmdebstrap",
        "--variant=minbase",
        "--include=python3",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in NOT_NEEDED),
        f'--customize-hook=mkdir -p "$1{Path(CERTIFICATES).parent}"',
        f"--customize-hook=upload {certificates} {CERTIFICATES}",
        SUITE,
        str(archive),
    ]


def _certificates() -> Path:
    path = Path(os.environ.get("SSL_CERT_FILE", CERTIFICATES))
    if not path.is_file():
        raise ClusterError(
            f"no CA certificates at {path}: install the package ca-certificates, or set SSL_CERT_FILE"
        )
    return path
