"""What is behind the page: a cluster with a device for each person, and what everybody holds now."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from chaos.cluster import CUT, HEALTHY, Cluster, ClusterError, links_touching
from chaos.cluster.shape import Companion, Shape
from chaos.editing.marks import Splice, author_of, character, keystrokes
from chaos.workloads.client import Client, ClientError
from services.errors import LabError
from services.settings import settings_of
from services.settings.multi_leader import MultiLeaderSettings

TEXT = "text"
WAYS: Mapping[str, str] = {  # the setting, and what it is called
    "lock": "a lock",
    "last-write-wins": "last write wins",
    "operational-transformation": "operational transformation",
    "crdt": "a replicated data type (CRDT)",
}
PEOPLE = ("ann", "bob", "cem", "dee")
LOOK_S = 0.15
KEPT = 500  # versions of a text on which somebody may still be typing
GONE = "no-such-key"


def shape_for(people: int) -> Shape:
    """Two leaders, and a device for each person."""
    devices = tuple(Companion(name, "device") for name in PEOPLE[:people])
    return Shape(replicas=2, gateways=1, companions=devices)


def settings_for(way: str) -> MultiLeaderSettings:
    """Those of a cluster whose documents are edited in that way."""
    conflicts = "lww" if way == "last-write-wins" else "record"
    settings = settings_of({"family": "multi-leader", "documents": way, "conflicts": conflicts})
    assert isinstance(settings, MultiLeaderSettings)
    return settings


@dataclass
class Screen:
    """One person's text: the newest version, and older ones by number."""

    name: str
    versions: dict[int, tuple[str, ...]] = field(default_factory=lambda: {0: ()})
    is_cut: bool = False
    notice: str = ""  # what happened to the text without its person

    @property
    def version(self) -> int:
        """The number of the newest."""
        return next(reversed(self.versions))

    def show(self, elements: Sequence[str]) -> None:
        """From now on the device shows this."""
        if self.versions[self.version] != tuple(elements):
            self.versions[self.version + 1] = tuple(elements)
        for old in list(self.versions)[:-KEPT]:
            del self.versions[old]

    def replaced(self, elements: Sequence[str]) -> None:
        """Take note where these, from elsewhere, lack what this person had typed."""
        before = self.versions[self.version]
        if all(element in elements or author_of(element) != self.name for element in before):
            return
        others = sorted({author_of(each) for each in elements if each not in before} - {self.name})
        whose = f"{' and '.join(others)}’s later version" if others else "A later version"
        self.notice = f"{whose} replaced yours: under last write wins, what is not in it is gone."

    def to_json(self) -> dict[str, Any]:
        """As the page gets it."""
        text = [character(element) for element in self.versions[self.version]]
        return {"version": self.version, "text": text, "cut": self.is_cut}


class Board:
    """All of it. `begin` first; `watch` must run beside it."""

    def __init__(self, cluster: Cluster, client: Client, way: str) -> None:
        self.way = way
        self._cluster, self._client = cluster, client
        self.screens = {name: Screen(name) for name in cluster.devices}
        self._servers: dict[str, str | None] = dict.fromkeys(cluster.replicas)
        self._holder = ""  # of the lock, as far as the leaders say
        self._numbers = itertools.count(1)
        self._changing = asyncio.Lock()  # nobody types or looks while the cluster begins anew
        self._shown: dict[str, Any] = {}
        self._news = asyncio.Condition()

    async def begin(self, way: str) -> None:
        """Edit in that way from now on, on an empty text. Raises `ClusterError`."""
        async with self._changing:
            for name in self.screens:
                await self._set_link(name, cut=False)
            await self._cluster.configure(settings_for(way))
            self.way, self._holder = way, ""
            for screen in self.screens.values():
                screen.show(())
                screen.notice = (
                    f"Everybody edits with {WAYS[way]} from now on, and begins with an empty text."
                )
        await self._publish()

    async def cut(self, name: str, *, cut: bool) -> None:
        """Cut that person's device off from all leaders, or join it again. Raises `ClusterError`."""
        async with self._changing:
            await self._set_link(name, cut=cut)
        await self._publish()

    async def type(self, name: str, splice: Splice) -> dict[str, Any]:
        """Do that on the person's device; what it shows then, and why not all was done, if so."""
        screen = self.screens[name]
        refused = screen.notice = ""
        async with self._changing:
            await self._look_at(screen)  # what came before this is not of this
            if splice.version not in screen.versions:
                raise LabError(
                    "bad-request", f"version {splice.version} is not kept any more; reload the page"
                )
            try:
                await self._perform(screen, splice)
            except ClientError as error:
                refused = error.text
            await self._look_at(screen, after_typing=True)
            self._holder = await self._lock_of()
        await self._publish()
        return {**screen.to_json(), "refused": refused}

    async def release(self, name: str) -> dict[str, Any]:
        """Give back that person's lock, where there is one; why that was not possible, if so."""
        refused = ""
        async with self._changing:
            try:
                await self._client.add(name, TEXT, {"release": True})
            except ClientError as error:
                refused = error.text
            self._holder = await self._lock_of()
        await self._publish()
        return {**self.screens[name].to_json(), "refused": refused}

    async def watch(self) -> None:
        """Look at everybody, again and again, until cancelled."""
        while True:
            async with self._changing:
                for screen in self.screens.values():
                    await self._look_at(screen)
                for node in self._servers:
                    self._servers[node] = await self._held(node)
                self._holder = await self._lock_of()
            await self._publish()
            await asyncio.sleep(LOOK_S)

    async def changes(self) -> AsyncIterator[dict[str, Any]]:
        """Everything that there is to see, at once and whenever it changes."""
        seen: dict[str, Any] = {}
        while True:
            async with self._news:
                while self._shown == seen:
                    await self._news.wait()
                seen = self._shown
            yield seen

    def to_json(self) -> dict[str, Any]:
        """Everything that there is to see now."""
        people = {name: screen.to_json() for name, screen in self.screens.items()}
        notices = {name: screen.notice for name, screen in self.screens.items()}
        told = {"holder": self._holder, "notices": notices}
        return {"way": self.way, "people": people, "servers": dict(self._servers), **told}

    async def _perform(self, screen: Screen, splice: Splice) -> None:
        now = await self._elements(screen.name)
        number = next(itertools.islice(self._numbers, len(splice.insert), None))
        for stroke in keystrokes(splice, screen.versions[splice.version], now, screen.name, number):
            try:
                await self._client.add(screen.name, TEXT, stroke)
            except ClientError as error:
                if error.code != GONE:
                    raise

    async def _look_at(self, screen: Screen, *, after_typing: bool = False) -> None:
        try:
            elements = await self._elements(screen.name)
        except ClientError:
            return  # what it showed last stays on the screen
        if self.way == "last-write-wins" and not after_typing:
            screen.replaced(elements)
        screen.show(elements)

    async def _elements(self, name: str) -> tuple[str, ...]:
        return tuple((await self._client.members(name, TEXT)).value)

    async def _lock_of(self) -> str:
        """Who holds the lock, by the leaders that answer."""
        if self.way != "lock":
            return ""
        for node in self._servers:
            with suppress(ClusterError):
                if holder := (await self._cluster.status(node)).get("locks", {}).get(TEXT):
                    return str(holder)
        return ""

    async def _held(self, node: str) -> str | None:
        """The text that a leader holds; None while it does not answer."""
        try:
            contents = await self._cluster.contents(node)
        except ClusterError:
            return None
        held = contents["sets"].get(TEXT) or contents["registers"].get(TEXT) or []
        return "".join(map(character, held))

    async def _set_link(self, name: str, *, cut: bool) -> None:
        for link in links_touching(self._cluster.links, name):
            await self._cluster.set_link(link, CUT if cut else HEALTHY)
        self.screens[name].is_cut = cut

    async def _publish(self) -> None:
        async with self._news:
            self._shown = self.to_json()
            self._news.notify_all()
