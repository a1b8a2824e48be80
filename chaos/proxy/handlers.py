"""What each call of Toxiproxy's API does, and the answer it gives."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from chaos.proxy import bodies
from chaos.proxy.collection import Collection
from chaos.proxy.errors import TOXIC_NOT_FOUND, ApiError
from chaos.proxy.proxy import Proxy
from chaos.proxy.records import Toxic

VERSION = "2.12.0+embedded"  # of the Toxiproxy whose API this is
JSON = "application/json"
NAME = None  # in a route: any name


@dataclass(frozen=True)
class Request:
    """The names in the path (first the proxy's, then the toxic's) and the body."""

    names: tuple[str, ...]
    body: bytes


@dataclass(frozen=True)
class Response:
    """What is sent back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
Route: TypeAlias = tuple[str | None, ...]


def plain(status: int, text: str) -> Response:
    """A line of text that no browser takes for anything else."""
    headers = {"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"}
    return Response(status, f"{text}\n".encode(), headers)


def refusal(error: ApiError) -> Response:
    """An error as Toxiproxy sends it: JSON, labelled as plain text."""
    return plain(error.status, _encoded(_error(error)))


def _error(error: ApiError) -> dict[str, Any]:
    return {"error": error.message, "status": error.status}


def _encoded(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _json(status: int, value: object) -> Response:
    return Response(status, _encoded(value).encode(), {"content-type": JSON})


class Handlers:
    """The calls on one collection of proxies; `/metrics` is there when there is an `exposition`."""

    def __init__(self, collection: Collection, exposition: Callable[[], str] | None) -> None:
        self._collection = collection
        change_proxy = {"POST": self._update_proxy, "PATCH": self._update_proxy}
        change_toxic = {"POST": self._update_toxic, "PATCH": self._update_toxic}
        self._routes: dict[Route, dict[str, Handler]] = {
            ("version",): {"GET": self._version},
            ("reset",): {"POST": self._reset},
            ("populate",): {"POST": self._populate},
            ("proxies",): {"GET": self._index, "POST": self._create},
            ("proxies", NAME): {"GET": self._show, "DELETE": self._delete, **change_proxy},
            ("proxies", NAME, "toxics"): {"GET": self._toxics, "POST": self._add_toxic},
            ("proxies", NAME, "toxics", NAME): {
                "GET": self._show_toxic,
                "DELETE": self._remove_toxic,
                **change_toxic,
            },
        }
        if exposition:
            self._routes[("metrics",)] = {"GET": _shown(exposition)}

    def find(self, path: str) -> tuple[Mapping[str, Handler] | None, tuple[str, ...]]:
        """The handlers of `path` by method, None when there is no such page; and the names in it."""
        parts = path.split("/")[1:]
        for route, methods in self._routes.items():
            if _matches(route, parts):
                return methods, tuple(part for part, word in zip(parts, route, strict=True) if word is NAME)
        return None, ()

    async def _version(self, request: Request) -> Response:
        body = f'{{"version": "{VERSION}"}}\n'
        return Response(200, body.encode(), {"content-type": "application/json;charset=utf-8"})

    async def _reset(self, request: Request) -> Response:
        await self._collection.reset()
        return Response(204)

    async def _populate(self, request: Request) -> Response:
        done: list[Proxy] = []
        try:
            await self._collection.populate(bodies.new_proxies(request.body), done)
        except ApiError as error:
            return _json(error.status, {**_error(error), **_listed(done)})
        return _json(201, _listed(done))

    async def _index(self, request: Request) -> Response:
        proxies = self._collection.proxies
        return _json(200, {name: proxies[name].as_json() for name in sorted(proxies)})

    async def _create(self, request: Request) -> Response:
        settings, enabled = bodies.new_proxy(request.body)
        proxy = await self._collection.create(settings, enabled)
        return _json(201, proxy.as_json())

    async def _show(self, request: Request) -> Response:
        return _json(200, self._proxy(request).as_json())

    async def _update_proxy(self, request: Request) -> Response:
        self._proxy(request)
        addresses, enabled = bodies.proxy_changes(request.body)
        proxy = await self._collection.update(request.names[0], addresses, enabled)
        return _json(200, proxy.as_json())

    async def _delete(self, request: Request) -> Response:
        await self._collection.delete(request.names[0])
        return Response(204)

    async def _toxics(self, request: Request) -> Response:
        return _json(200, self._proxy(request).toxics_as_json())

    async def _add_toxic(self, request: Request) -> Response:
        proxy = self._proxy(request)
        toxic = bodies.new_toxic(request.body, taken=proxy.toxics)
        proxy.set_toxic(toxic)
        return _json(200, toxic.as_json())

    async def _show_toxic(self, request: Request) -> Response:
        return _json(200, self._toxic(request).as_json())

    async def _update_toxic(self, request: Request) -> Response:
        toxic = bodies.changed_toxic(request.body, self._toxic(request))
        self._proxy(request).set_toxic(toxic)
        return _json(200, toxic.as_json())

    async def _remove_toxic(self, request: Request) -> Response:
        self._proxy(request).remove_toxic(self._toxic(request).name)
        return Response(204)

    def _proxy(self, request: Request) -> Proxy:
        return self._collection.get(request.names[0])

    def _toxic(self, request: Request) -> Toxic:
        toxic = self._proxy(request).toxics.get(request.names[1])
        if toxic is None:
            raise ApiError(TOXIC_NOT_FOUND)
        return toxic


def _shown(exposition: Callable[[], str]) -> Handler:
    async def handler(request: Request) -> Response:
        headers = {"content-type": "text/plain; version=0.0.4; charset=utf-8"}
        return Response(200, exposition().encode(), headers)

    return handler


def _matches(route: Route, parts: Sequence[str]) -> bool:
    if len(route) != len(parts):
        return False
    return all(part == word or (word is NAME and part) for part, word in zip(parts, route, strict=True))


def _listed(proxies: list[Proxy]) -> dict[str, Any]:
    return {"proxies": [proxy.as_json() for proxy in proxies] or None}  # null when there are none, as in Go
