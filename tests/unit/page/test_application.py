"""The page's routes: who is let in, who may give orders, and what a browser may do with what it gets."""

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from chaos.page.application import SERVED, application
from chaos.page.watcher import Watcher

HERE = "http://127.0.0.1:8070"
TOKEN = "the-token"
ALLOWED = {"authorization": f"Bearer {TOKEN}"}
KILL = {"what": "kill", "node": "n1"}
PATHS = ["/", *(f"/assets/{name}" for name in SERVED), "/assets/nothing", "/assets/../page.py"]
SAVE, RUN = {"name": "a"}, {"name": "split-brain:nobody", "on": "sim"}
LOAD = {"writes_per_s": 20, "reads_per_s": 20}
READ = {"f": "read", "at": "g1", "key": "x"}


@pytest.fixture(autouse=True)
def _nothing_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAB_STATE", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine")


def ask(method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=cast(Any, application(Watcher(), TOKEN)))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
            return await http.request(method, path, content=json.dumps(body), headers=headers)

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("path", "body"), [("/order", KILL), ("/request", READ), ("/load", LOAD), ("/conclude", {})]
)
def test_whoever_has_no_token_may_only_look(path: str, body: Any) -> None:
    for given in ({}, {"authorization": "Bearer another"}, {"authorization": TOKEN}):
        answer = ask("POST", path, body, **given)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert ask("GET", "/").status_code == 200


@pytest.mark.parametrize(("path", "body"), [("/order", KILL), ("/request", READ), ("/load", LOAD)])
def test_what_the_cluster_refuses_is_an_answer_in_one_line(path: str, body: Any) -> None:
    answer = ask("POST", path, body, **ALLOWED)
    assert answer.json() == {"done": False, "text": "nothing is up; start one with `./lab up`"}


@pytest.mark.parametrize(
    ("path", "body", "status", "why"),
    [
        ("/order", {"what": "explode"}, 400, "there is no order 'explode'; there are cut"),
        ("/order", {"what": "kill", "node": 1}, 400, "Expected `str`"),
        ("/order", {"what": "kill", "node": "n" * 99}, 400, "length"),
        ("/order", {"what": "kill", "when": "now"}, 400, "unknown field"),
        ("/order", {**KILL, "other": "x" * 70_000}, 413, "more than"),
        ("/request", {**READ, "f": "erase"}, 400, "Invalid enum value"),
        ("/request", {**READ, "key": "k" * 600}, 400, "length"),
        ("/load", {**LOAD, "reads_per_s": "many"}, 400, "got `str` - at `$.reads_per_s`"),
        ("/load", {**LOAD, "reads_per_s": -1}, 400, ">= 0"),
        ("/load", {**LOAD, "writes_per_s": 501}, 400, "<= 500"),
        ("/save", {"name": "a" * 99}, 400, "length"),
        ("/save", {"path": "a"}, 400, "unknown field"),
        ("/run", {**RUN, "seed": 1}, 400, "unknown field"),
        ("/run", {**RUN, "on": "s" * 99}, 400, "length"),
        ("/load", {"writes_per_s": 1}, 400, "missing required field `reads_per_s`"),
    ],
)
def test_what_cannot_be_is_refused(path: str, body: Any, status: int, why: str) -> None:
    answer = ask("POST", path, body, **ALLOWED)
    assert (answer.status_code, answer.json()["definite"]) == (status, True)
    assert why in answer.json()["message"]


def test_what_cannot_be_run_is_said_in_one_line() -> None:
    told = ask("POST", "/run", RUN, **ALLOWED).json()
    assert not told["done"] and told["text"].startswith("there is no variant of split-brain 'nobody'")
    assert ask("POST", "/stop", {}, **ALLOWED).json() == {"done": False, "text": "no run is under way"}


def test_anybody_may_see_which_scenarios_there_are_and_no_report_of_others() -> None:
    assert "split-brain" in {each["id"] for each in ask("GET", "/scenarios").json()}
    for path in ("/report/1", "/report/0", "/report/a", "/report/../page.py"):
        assert ask("GET", path).status_code in (404, 422)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"host": "evil.example"}, "forbidden-host"),
        ({"origin": "http://evil.example"}, "forbidden-origin"),
        ({"origin": "http://localhost:8070"}, "forbidden-origin"),
        ({"origin": "null"}, "forbidden-origin"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/stream"),
        ("POST", "/order"),
        ("POST", "/request"),
        ("POST", "/load"),
        ("POST", "/save"),
    ],
)
def test_other_sites_are_not_let_in(method: str, path: str, headers: dict[str, str], error: str) -> None:
    answer = ask(method, path, KILL, **ALLOWED, **headers)
    assert answer.status_code == 403 and answer.json()["error"] == error


@pytest.mark.parametrize("path", PATHS)
def test_a_page_may_load_nothing_from_elsewhere(path: str) -> None:
    answer = ask("GET", path, origin=HERE)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.status_code == (404 if "nothing" in path or ".." in path else 200)
    if path == "/":
        assert "<script>" not in answer.text and "style=" not in answer.text and "onclick" not in answer.text
