"""The stand-in for Toxiproxy's image: the same server, built from its Go module at the same version.

Where there is no Go, the lab's embedded proxy takes the name, and says so.
"""

import io
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from docker import DockerClient

from chaos.images.stand_in import LABEL, announce, run, up_to_date
from chaos.runtimes.compose_layout import ROOT

VERSION = "2.12.0"
REPOSITORY = "ghcr.io/shopify/toxiproxy"
IMAGE = f"{REPOSITORY}:{VERSION}"
MODULE = "github.com/Shopify/toxiproxy/v2"
SERVER = f"Toxiproxy {VERSION} and its command line, built from its Go module"
PROGRAMS = {"server": "toxiproxy", "cli": "toxiproxy-cli"}  # their names in the module and in the image
EMBEDDED = "the lab's embedded proxy, because there is no Go on the PATH to build Toxiproxy"
CHANGES = (
    'ENTRYPOINT ["/toxiproxy"]',
    'CMD ["-host=0.0.0.0"]',
    "ENV LOG_LEVEL=info",
    "EXPOSE 8474",
    f'LABEL {LABEL}="{SERVER}"',
)


def stand_in(engine: DockerClient) -> None:
    """Make the stand-in unless it, or the real image, is there; needs `replication-lab` without Go."""
    if up_to_date(engine, IMAGE, SERVER):
        return
    if shutil.which("go"):
        announce(IMAGE, SERVER)
        _from_module(engine)
    else:
        announce(IMAGE, EMBEDDED)
        _embedded(engine)


def _from_module(engine: DockerClient) -> None:
    with TemporaryDirectory() as folder:
        install = ["go", "install", f"-ldflags=-s -w -X {MODULE}.Version={VERSION}"]
        run(
            [*install, *(f"{MODULE}/cmd/{program}@v{VERSION}" for program in PROGRAMS)],
            package="golang",
            environment={"GOBIN": folder, "CGO_ENABLED": "0"},
        )
        archive = _archive({Path(folder) / program: name for program, name in PROGRAMS.items()})
    engine.api.import_image_from_data(archive, repository=REPOSITORY, tag=VERSION, changes=list(CHANGES))


def _archive(files: Mapping[Path, str]) -> bytes:
    """A root file system that holds these executable files, under these names, and nothing else."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file, name in files.items():
            entry = archive.gettarinfo(file, arcname=name)
            entry.mode, entry.uid, entry.gid, entry.mtime = 0o755, 0, 0, 0
            with file.open("rb") as content:
                archive.addfile(entry, content)
    return buffer.getvalue()


def _embedded(engine: DockerClient) -> None:
    engine.images.build(
        path=str(ROOT),
        dockerfile="containers/embedded-proxy.Dockerfile",
        tag=IMAGE,
        labels={LABEL: EMBEDDED},
        rm=True,
    )
