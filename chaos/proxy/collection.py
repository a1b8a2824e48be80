"""All proxies by name, and the changes that make one listen or stop."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from chaos.proxy.addresses import AddressError, resolve
from chaos.proxy.errors import CANNOT_LISTEN, PROXY_EXISTS, PROXY_NOT_FOUND, ApiError
from chaos.proxy.metrics import Metrics
from chaos.proxy.proxy import Proxy
from chaos.proxy.records import ProxySettings


class Collection:
    """Changes of listeners happen one after the other; nothing here ever waits for data to move."""

    def __init__(self, seed: int, metrics: Metrics) -> None:
        self._seed = seed
        self._metrics = metrics
        self._proxies: dict[str, Proxy] = {}
        self._changing = asyncio.Lock()

    @property
    def proxies(self) -> Mapping[str, Proxy]:
        """Every proxy, in the order in which they were made."""
        return self._proxies

    def get(self, name: str) -> Proxy:
        """The proxy `name`; raises `ApiError`."""
        if name not in self._proxies:
            raise ApiError(PROXY_NOT_FOUND)
        return self._proxies[name]

    async def create(self, settings: ProxySettings, enabled: bool) -> Proxy:
        """A new proxy, listening if enabled; raises `ApiError` when the name or address is taken."""
        async with self._changing:
            if settings.name in self._proxies:
                raise ApiError(PROXY_EXISTS)
            return await self._put(settings, enabled)

    async def update(self, name: str, addresses: Mapping[str, str], enabled: bool | None = None) -> Proxy:
        """Change `listen` or `upstream`, which drops the connections, or switch the proxy on or off."""
        async with self._changing:
            proxy = self.get(name)
            wanted = replace(proxy.settings, **addresses)
            enabled = proxy.enabled if enabled is None else enabled
            if await _differs(proxy.settings, wanted):
                proxy.stop()
                proxy.settings = wanted
            await _switch(proxy, enabled)
            return proxy

    async def delete(self, name: str) -> None:
        """Stop and forget a proxy; raises `ApiError`."""
        async with self._changing:
            self.get(name).stop()
            del self._proxies[name]

    async def populate(self, wanted: Sequence[tuple[ProxySettings, bool]], done: list[Proxy]) -> None:
        """Create or replace proxies, enabled or not, and append each to `done`; the first failure ends it.

        One that exists with the same addresses is left as it is, whether it is to be enabled or not.
        """
        async with self._changing:
            for settings, enabled in wanted:
                existing = self._proxies.get(settings.name)
                if existing and not await _differs(existing.settings, settings):
                    done.append(existing)
                    continue
                if existing:
                    existing.stop()
                done.append(await self._put(settings, enabled))

    async def reset(self) -> None:
        """Enable every proxy and remove every toxic."""
        async with self._changing:
            for proxy in self._proxies.values():
                await _switch(proxy, enabled=True)
                for name in list(proxy.toxics):
                    proxy.remove_toxic(name)

    async def close(self) -> None:
        """Stop every proxy."""
        async with self._changing:
            for proxy in self._proxies.values():
                proxy.stop()

    async def _put(self, settings: ProxySettings, enabled: bool) -> Proxy:
        proxy = Proxy(settings, self._seed, self._metrics)
        await _switch(proxy, enabled)
        self._proxies[settings.name] = proxy
        return proxy


async def _differs(settings: ProxySettings, wanted: ProxySettings) -> bool:
    try:
        listen = str(await resolve(wanted.listen))
    except AddressError as error:
        raise ApiError(CANNOT_LISTEN, error) from error
    return listen != settings.listen or wanted.upstream != settings.upstream


async def _switch(proxy: Proxy, enabled: bool) -> None:
    if not enabled:
        proxy.stop()
        return
    try:
        await proxy.start()
    except AddressError as error:
        raise ApiError(CANNOT_LISTEN, error) from error
