"""The routes of the page of simulated runs: who may only look, and what is refused."""

import asyncio
import json
from typing import Any, cast

import httpx
import pytest

from chaos.cli import main
from chaos.judging.verdict import WRONG_USAGE
from chaos.page.simulated.application import ALL_SERVED, application
from chaos.page.simulated.plan import Plan

HERE = "http://127.0.0.1:8070"
TOKEN = "the-token"
ALLOWED = {"authorization": f"Bearer {TOKEN}"}
SHORT = Plan("statement-log", "statement", 1)
PLAN = {"scenario": "statement-log", "variant": "statement", "seed": 1}


def ask(method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=cast(Any, application(SHORT, TOKEN)))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
            return await http.request(method, path, content=json.dumps(body), headers=headers)

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("path", "body"), [("/film", {"plan": PLAN}), ("/solution", {"challenge": "vanish"})]
)
def test_whoever_has_no_token_may_only_look(path: str, body: Any) -> None:
    for given in ({}, {"authorization": "Bearer another"}, {"authorization": TOKEN}):
        answer = ask("POST", path, body, **given)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_the_first_film_and_another_future() -> None:
    first = ask("GET", "/film").json()
    assert first["done"] and first["past"] is None and first["answer"] is None
    assert first["original"] == first["film"]["verdict"]
    order = {"at_ms": 300, "order": {"what": "kill", "node": "n2"}}
    forked = ask("POST", "/film", {"plan": {**PLAN, "strikes": [order]}}, **ALLOWED).json()
    assert forked["past"]["same"] and forked["film"]["struck"] == [
        {"at_ms": 300, "done": True, "text": "killed: n2"}
    ]
    assert forked["original"] == first["original"] != forked["film"]["verdict"]


def test_what_can_be_chosen_says_nothing_of_solutions() -> None:
    told = ask("GET", "/choosable").json()
    assert {"split-brain", "quorum", "write-conflict"} <= {each["id"] for each in told["scenarios"]}
    assert len(told["challenges"]) == 6 and not any("hints" in each for each in told["challenges"])


def test_a_challenge_is_judged_and_its_solution_told() -> None:
    solution = ask("POST", "/solution", {"challenge": "vanish"}, **ALLOWED).json()
    assert solution["text"]
    answer = ask("POST", "/film", {"plan": solution["plan"], "challenge": "vanish"}, **ALLOWED).json()[
        "answer"
    ]
    assert answer["solved"] and answer["proof"]["witnesses"]


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ({"plan": {**PLAN, "scenario": "statement-lag"}}, 400, "statement-log"),
        ({"plan": {**PLAN, "variant": "nothing"}}, 400, "nothing"),
        ({"plan": {**PLAN, "variant": ""}}, 400, "which variant of statement-log is not said"),
        ({"plan": {**PLAN, "seed": -1}}, 400, "seed"),
        ({"plan": {**PLAN, "seed": 1 << 40}}, 400, "seed"),
        ({"plan": {**PLAN, "when": 1}}, 400, "unknown field"),
        ({"plan": {**PLAN, "strikes": [{"at_ms": -1, "order": {"what": "heal"}}]}}, 400, "at_ms"),
        ({"plan": {**PLAN, "strikes": [{"at_ms": 10**9, "order": {"what": "heal"}}]}}, 400, "at_ms"),
        ({"plan": {**PLAN, "strikes": [{"at_ms": 1, "order": {"what": "heal"}}] * 99}}, 400, "length"),
        ({"plan": {**PLAN, "strikes": [{"at_ms": 1, "order": {"what": "explode"}}]}}, 400, "explode"),
        ({"plan": {**PLAN, "strikes": [{"at_ms": 99_000, "order": {"what": "heal"}}]}}, 400, "stopped"),
        ({"plan": PLAN, "challenge": "nothing"}, 400, "there is no challenge 'nothing'"),
        ({"plan": PLAN, "challenge": "vanish"}, 400, "strikes lost-writes:async without its story, not"),
        (
            {"plan": {"scenario": "lost-writes", "variant": "async", "seed": 1}, "challenge": "vanish"},
            400,
            "lost-writes:async with it",
        ),
        ({"plan": {**PLAN, "scenario": "x" * 70_000}}, 413, "more than"),
    ],
)
def test_what_nobody_can_film_is_refused_in_one_line(body: Any, status: int, why: str) -> None:
    answer = ask("POST", "/film", body, **ALLOWED)
    assert answer.status_code == status and why in answer.json()["message"]
    assert "\n" not in answer.json()["message"]


@pytest.mark.parametrize(
    "path", ["/", *(f"/assets/{name}" for name in ALL_SERVED), "/assets/nothing", "/film"]
)
def test_the_page_may_load_and_ask_nothing_but_its_own(path: str) -> None:
    headers = ask("GET", path).headers
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    text = ask("GET", "/").text
    assert "style=" not in text and "<style" not in text and "onclick" not in text
    assert text.count("<script") == text.count('src="/assets/')


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}])
def test_foreign_names_and_other_sites_are_refused(headers: dict[str, str]) -> None:
    answer = ask("POST", "/film", {"plan": PLAN}, **ALLOWED, **headers)
    assert answer.status_code in (400, 403, 421)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["split-brain"], "are for `./lab page --on sim"),
        (["--on", "local"], "without `--on sim` the page shows the cluster that is up"),
        (["--on", "sim", "split-brian"], "split-brain"),
        (["--on", "sim", "split-brain:unfensed"], "unfenced"),
    ],
)
def test_the_command_says_in_one_line_what_would_be_right(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["page", *words]) == WRONG_USAGE
    said = capsys.readouterr().err
    assert why in said and said.count("\n") == 1
