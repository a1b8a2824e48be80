"""The links of a cluster, driven through the client library toxiproxy-python: its one adapter.

The library keeps host and port in class globals, waits without end, takes a server's 5xx for success, and
blocks. So everything goes through `_Consumer`, which replaces the library's own HTTP layer, in one worker
thread, one call after the other in the order in which they were made (even if a caller no longer waits); and
whatever was written is read back and compared. A server that the lab did not start may hold other people's
proxies, so the lab deletes only what it has created.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from toxiproxy import Proxy, proxy, server
from toxiproxy.api import APIConsumer, validate_response
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from chaos.cluster import ClusterError, LinkState

T = TypeVar("T")
Toxic = Mapping[str, Any]

TIMEOUT_S = 10.0
FREE_PORT = "127.0.0.1:0"
_worker = ThreadPoolExecutor(1, "toxiproxy")  # the library's globals belong to one call at a time


class _Consumer(APIConsumer):  # type: ignore[misc]  # the library has no types
    """The library's HTTP layer with a time limit, kept connections, and errors for 5xx."""

    session = requests.Session()

    @classmethod
    def get(cls, url: str, params: Any = None, **kwargs: Any) -> requests.Response:
        return cls._send("GET", url, params=params, **kwargs)

    @classmethod
    def delete(cls, url: str, **kwargs: Any) -> requests.Response:
        return cls._send("DELETE", url, **kwargs)

    @classmethod
    def post(cls, url: str, data: Any = None, json: Any = None, **kwargs: Any) -> requests.Response:
        return cls._send("POST", url, data=data, json=json, **kwargs)

    @classmethod
    def _send(cls, method: str, url: str, **kwargs: Any) -> requests.Response:
        where = f"http://{cls.host}:{cls.port}{url}"
        response = cls.session.request(method, where, timeout=TIMEOUT_S, **kwargs)
        validate_response(response).raise_for_status()
        return response


_Consumer.session.trust_env = False
proxy.APIConsumer = server.APIConsumer = _Consumer


@dataclass(frozen=True)
class _Wanted:
    """What a proxy has to look like for a link to be in some state."""

    enabled: bool
    toxics: Mapping[str, Toxic]


class ToxiproxyLinks:
    """The proxies of one Toxiproxy server at `address` (host:port). Errors are `ClusterError`."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._created: set[str] = set()
        self._silent_at_s = float("-inf")  # the last time that it did not answer

    async def version(self) -> str:
        """The server's version. Raises `ClusterError` when nobody answers."""
        return str(await self._call("the server", lambda: _Consumer.get("/version").json()["version"]))

    async def create(self, upstreams: Mapping[str, str]) -> dict[str, str]:
        """Create a proxy per name, each on a free port; returns where each listens (host:port)."""
        wanted = [{"name": n, "listen": FREE_PORT, "upstream": u} for n, u in upstreams.items()]
        made = await self._call("new links", lambda: _Consumer.post("/populate", json=wanted).json())
        self._created.update(upstreams)
        return {entry["name"]: entry["listen"] for entry in made["proxies"]}

    async def set_upstream(self, name: str, upstream: str) -> None:
        """Lead the link `name` to another address; open connections are dropped."""
        await self._call(name, lambda: _Consumer.post(f"/proxies/{name}", json={"upstream": upstream}))
        found = (await self._call(name, lambda: _find(name))).upstream
        if found != upstream:
            raise ClusterError(f"link {name} leads to {found}, although {upstream} was asked for")

    async def set_state(self, name: str, state: LinkState) -> None:
        """Put the link `name` into `state`, changing only what differs, and read it back."""
        await self._call(name, lambda: _change(_find(name), _wanted(state)))
        found = await self.state(name)
        if found != state:
            raise ClusterError(f"link {name} is in state {found}, although {state} was asked for")

    async def state(self, name: str) -> LinkState:
        """The state of the link `name`, as the server reports it."""
        return await self._call(name, lambda: _state_of(_find(name)))

    async def states(self) -> dict[str, LinkState]:
        """The state of every link on the server."""
        return await self._call(
            "the links", lambda: {n: _state_of(p) for n, p in server.Toxiproxy().proxies().items()}
        )

    async def delete(self, name: str) -> None:
        """Delete the link `name`, which must have been created here."""
        if name not in self._created:
            raise ClusterError(f"link {name} was not created by this lab, so it does not delete it")
        await self._call(name, lambda: _find(name).destroy())
        self._created.discard(name)

    async def _call(self, subject: str, work: Callable[[], T]) -> T:
        """Run blocking library code in the worker thread, with the globals set to this server.

        A server that stands still is waited for once: whoever has queued meanwhile has waited as long.
        """
        asked_at_s = time.monotonic()

        def on_this_server() -> T:
            if asked_at_s <= self._silent_at_s:
                raise requests.Timeout("it was silent")
            _Consumer.host, _Consumer.port = self._host, self._port
            try:
                return work()
            except requests.Timeout:
                self._silent_at_s = time.monotonic()
                raise

        try:
            return await asyncio.get_running_loop().run_in_executor(_worker, on_this_server)
        except NotFound as error:
            raise ClusterError(f"Toxiproxy has no link {subject}; is it another cluster's?") from error
        except requests.Timeout as error:
            where = f"Toxiproxy at {self._host}:{self._port}"
            raise ClusterError(
                f"{where} does not answer within {TIMEOUT_S:g} s, as if it were paused; `./lab fault heal` "
                "lets it go on"
            ) from error
        except (requests.RequestException, InvalidToxic, ProxyExists, ValueError) as error:
            where = f"Toxiproxy at {self._host}:{self._port}"
            raise ClusterError(f"{where} refused to work on {subject}: {error}") from error


def _find(name: str) -> Proxy:
    return Proxy(**{k: v for k, v in _Consumer.get(f"/proxies/{name}").json().items() if k != "toxics"})


def _wanted(state: LinkState) -> _Wanted:
    """A cut is `timeout` 0, which discards and never closes; a round trip pays the latency once."""
    toxics: dict[str, Toxic] = {}
    if state.cut_requests:
        toxics["cut_upstream"] = _toxic("timeout", "upstream", timeout=0)
    if state.cut_replies:
        toxics["cut_downstream"] = _toxic("timeout", "downstream", timeout=0)
    if state.latency_s or state.jitter_s:
        latency, jitter = round(state.latency_s * 1000), round(state.jitter_s * 1000)
        toxics["slow_upstream"] = _toxic("latency", "upstream", latency=latency, jitter=jitter)
    if state.bandwidth_kb_per_s is not None:
        for stream in ("upstream", "downstream"):
            toxics[f"narrow_{stream}"] = _toxic("bandwidth", stream, rate=state.bandwidth_kb_per_s)
    return _Wanted(enabled=not state.refused, toxics=toxics)


def _toxic(kind: str, stream: str, **attributes: int) -> Toxic:
    return {"type": kind, "stream": stream, "attributes": attributes}


def _change(found: Proxy, wanted: _Wanted) -> None:
    """The fewest writes that lead from what is there to what is wanted."""
    there = {name: _toxic(t.type, t.stream, **t.attributes) for name, t in found.toxics().items()}
    for name in there:
        if there[name] != wanted.toxics.get(name):
            found.destroy_toxic(name)
    for name, toxic in wanted.toxics.items():
        if there.get(name) != toxic:
            found.add_toxic(name=name, **toxic)
    if found.enabled != wanted.enabled:
        (found.enable if wanted.enabled else found.disable)()


def _state_of(found: Proxy) -> LinkState:
    toxics = found.toxics()
    slow = toxics["slow_upstream"].attributes if "slow_upstream" in toxics else {"latency": 0, "jitter": 0}
    narrow = toxics["narrow_upstream"].attributes["rate"] if "narrow_upstream" in toxics else None
    return LinkState(
        cut_requests="cut_upstream" in toxics,
        cut_replies="cut_downstream" in toxics,
        latency_s=slow["latency"] / 1000,
        jitter_s=slow["jitter"] / 1000,
        bandwidth_kb_per_s=narrow,
        refused=not found.enabled,
    )
