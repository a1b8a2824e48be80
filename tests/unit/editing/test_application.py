"""The page's routes: who is let in, what is refused, and what a browser may do with what it gets."""

import asyncio
import json
from typing import Any, cast

import httpx
import pytest

from chaos.cluster import Cluster
from chaos.editing.application import SERVED, application
from chaos.editing.board import Board, shape_for
from chaos.editing.marks import marked
from chaos.workloads.client import ANYBODY, Answer, Caller, Client, ClientError
from services.multi_leader.documents.keystrokes import keystroke_in
from services.texts.splices import apply

HERE = "http://127.0.0.1:8090"
HI = {"version": 0, "at": 0, "erase": 0, "insert": "hi"}


class Devices:
    """Two people's devices, and a cluster of nobody else, in memory."""

    devices = ("ann", "bob")
    replicas = ("n1",)
    links = shape_for(2).links

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {name: [] for name in self.devices}
        self.ways: list[str] = []
        self.cut: list[str] = []
        self.locked = ""
        self.released: list[str] = []
        self.holder = ""

    async def configure(self, settings: Any) -> None:
        self.ways.append(settings.documents)
        self.texts = {name: [] for name in self.devices}

    async def set_link(self, link: Any, state: Any) -> None:
        if state.cut_requests:
            self.cut.append(link.name)

    async def contents(self, node: str) -> dict[str, Any]:
        return {"sets": {"text": self.texts["ann"]}, "registers": {}}

    async def status(self, node: str) -> dict[str, Any]:
        return {"locks": {"text": self.holder} if self.holder else {}}

    async def members(self, door: str, key: str, caller: Caller = ANYBODY) -> Answer:
        return Answer(door, 0, None, list(self.texts[door]))

    async def add(self, door: str, key: str, element: Any, caller: Caller = ANYBODY) -> Answer:
        if self.locked:
            raise ClientError(True, f"locked: {self.locked} is editing 'text'")
        if keystroke_in(element).release:
            self.released.append(door)
            return Answer(door, 0, None)
        apply(self.texts[door], keystroke_in(element).on(self.texts[door]))
        return Answer(door, 0, None)


class Page:
    """A browser's requests."""

    def __init__(self) -> None:
        self.devices = Devices()
        self.board = Board(cast(Cluster, self.devices), cast(Client, self.devices), "crdt")
        self._app = application(self.board)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=cast(Any, self._app))
            async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
                return await http.request(method, path, content=json.dumps(body), headers=headers)

        return asyncio.run(asked())


def test_what_is_typed_goes_to_the_persons_device_and_comes_back() -> None:
    page = Page()
    answer = page.ask("POST", "/ann/splice", HI)
    assert answer.json() == {"version": 1, "text": ["h", "i"], "cut": False, "refused": ""}
    answer = page.ask("POST", "/ann/splice", {"version": 1, "at": 1, "erase": 1, "insert": "o"})
    assert answer.json()["text"] == ["h", "o"]
    assert page.board.to_json()["people"]["bob"]["text"] == []


def test_a_refusal_is_told_with_the_text_as_it_is() -> None:
    page = Page()
    page.devices.locked = "bob"
    answer = page.ask("POST", "/ann/splice", HI)
    assert answer.json() == {
        "version": 0,
        "text": [],
        "cut": False,
        "refused": "locked: bob is editing 'text'",
    }


def test_a_lock_is_given_back_or_the_page_says_why_not() -> None:
    page = Page()
    assert page.ask("POST", "/ann/release").json()["refused"] == ""
    assert page.devices.released == ["ann"]
    page.devices.locked = "bob"
    assert page.ask("POST", "/ann/release").json()["refused"].startswith("locked")


def test_everybody_is_told_who_holds_the_lock() -> None:
    page = Page()
    page.ask("POST", "/way", {"way": "lock"})
    assert page.board.to_json()["holder"] == ""
    page.devices.holder = "bob"
    page.ask("POST", "/ann/splice", HI)
    assert page.board.to_json()["holder"] == "bob"
    page.devices.holder = ""
    page.ask("POST", "/bob/release")
    assert page.board.to_json()["holder"] == ""


def test_whose_text_is_replaced_under_last_write_wins_is_told() -> None:
    page = Page()
    page.ask("POST", "/way", {"way": "last-write-wins"})
    page.ask("POST", "/ann/splice", HI)
    assert page.board.to_json()["notices"]["ann"] == ""  # nothing of hers was replaced so far
    page.devices.texts["ann"] = [marked("y", "bob", 1), marked("o", "bob", 2)]
    page.ask("POST", "/ann/splice", {**HI, "version": 1})
    notice = page.board.to_json()["notices"]["ann"]
    assert notice.startswith("bob’s later version replaced yours")
    page.ask("POST", "/way", {"way": "crdt"})
    notices = page.board.to_json()["notices"]
    assert all("begins with an empty text" in notices[name] for name in ("ann", "bob"))


def test_lines_are_cut_and_ways_changed() -> None:
    page = Page()
    assert page.ask("POST", "/ann/line", {"cut": True}).json()["people"]["ann"]["cut"]
    assert "ann-n1" in page.devices.cut and "n1-ann" in page.devices.cut
    shown = page.ask("POST", "/way", {"way": "lock"}).json()
    assert shown["way"] == "lock" and not shown["people"]["ann"]["cut"]
    assert page.devices.ways == ["lock"]


@pytest.mark.parametrize(
    ("path", "body", "status", "why"),
    [
        ("/nobody/splice", HI, 404, "nobody is called 'nobody'"),
        ("/ann/splice", {**HI, "version": 9}, 400, "version 9 is not kept any more"),
        ("/ann/splice", {**HI, "at": -1}, 400, "not negative"),
        ("/ann/splice", {**HI, "insert": "\ud800"}, 400, "half a surrogate pair"),
        ("/ann/splice", {"at": 1}, 400, "version"),
        ("/ann/splice", {**HI, "insert": "x" * 70_000}, 413, "more than"),
        ("/ann/line", {"cut": 1}, 400, "bool"),
        ("/way", {"way": "by hand"}, 400, "there is no way 'by hand'; choose one of lock"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(path: str, body: Any, status: int, why: str) -> None:
    answer = Page().ask("POST", path, body)
    assert (answer.status_code, answer.json()["definite"]) == (status, True)
    assert why in answer.json()["message"]


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"host": "evil.example"}, "forbidden-host"),
        ({"origin": "http://evil.example"}, "forbidden-origin"),
        ({"origin": "http://localhost:8090"}, "forbidden-origin"),
        ({"origin": "null"}, "forbidden-origin"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/ann"), ("GET", "/stream"), ("POST", "/way")])
def test_other_sites_are_not_let_in(method: str, path: str, headers: dict[str, str], error: str) -> None:
    page = Page()
    answer = page.ask(method, path, {"way": "lock"}, **headers)
    assert answer.status_code == 403 and answer.json()["error"] == error
    assert page.devices.ways == []


@pytest.mark.parametrize("path", ["/", "/ann", *(f"/assets/{name}" for name in SERVED), "/assets/nothing"])
def test_a_page_may_load_nothing_from_elsewhere(path: str) -> None:
    answer = Page().ask("GET", path, origin=HERE)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert answer.status_code == (404 if path.endswith("nothing") else 200)
    assert "//" not in answer.text.replace("://", "") or path.endswith(".js")
