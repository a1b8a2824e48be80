"""What a page loads besides itself: files of its own folder, and those that all pages share."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI, Response

from services.errors import LabError

KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
LOADED = (".js", ".css")
SHARED = Path(__file__).parent / "assets"


def assets_in(folder: Path) -> dict[str, Path]:
    """The scripts and styles there and those that all pages share, by name."""
    files = (*sorted(SHARED.iterdir()), *sorted(folder.iterdir()))
    return {path.name: path for path in files if path.suffix in LOADED}


def add_assets(app: FastAPI, served: Mapping[str, Path]) -> None:
    """Serve these at `/assets/NAME`."""

    @app.get("/assets/{name}")
    async def asset(name: str) -> Response:
        if name not in served:
            raise LabError("no-such-route", f"there is no {name!r} here")
        return file_at(served[name])


def add_start(app: FastAPI, path: Path) -> None:
    """Serve the page itself at `/`."""

    @app.get("/")
    async def start() -> Response:
        return file_at(path)


def file_at(path: Path) -> Response:
    """The file, of the kind that its name ends with."""
    return Response(path.read_text(encoding="utf-8"), media_type=KINDS[path.suffix])
