"""Stand-ins out of Debian 12's packages, by mmdebstrap."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from docker import DockerClient

from chaos.images.stand_in import LABEL, announce, run

SUITE = "bookworm"
NOT_NEEDED = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")


def make(
    engine: DockerClient,
    image: str,
    content: str,
    *,
    package: str,
    hooks: Sequence[str] = (),
    changes: Sequence[str] = (),
) -> None:
    """Give the name `image` to a Debian with `package`; `content` says what it is.

    `hooks` are mmdebstrap's customize hooks, `changes` lines as in a Dockerfile. Raises `ClusterError`.
    """
    announce(image, content)
    repository, _, tag = image.partition(":")
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "root.tar"
        run(_bootstrap(archive, package, hooks), package="mmdebstrap")
        label = f'LABEL {LABEL}="{content}"'
        engine.api.import_image_from_file(
            str(archive), repository=repository, tag=tag, changes=[*changes, label]
        )


def _bootstrap(archive: Path, package: str, hooks: Sequence[str]) -> list[str]:
    return [
        "mmdebstrap",
        "--variant=minbase",
        f"--include={package}",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in NOT_NEEDED),
        *(f"--customize-hook={hook}" for hook in hooks),
        SUITE,
        str(archive),
    ]
