"""The SQL door as clients meet it: good transactions, and everything else as a clear 4xx."""

import json
from typing import Any

import pytest

from tests.contract.http.nodes import Reply, Running


def post(gateway: Running, document: Any, query: str = "") -> Reply:
    return gateway.request("POST", f"/sql{query}", body=json.dumps(document).encode())


def test_a_transaction_and_a_query(gateway: Running) -> None:
    insert = {"sql": "INSERT INTO orders(item, lot) VALUES (?, ?)", "parameters": ["tea", 7]}
    done = json.loads(post(gateway, {"statements": [insert, {"sql": "SELECT count(*) FROM orders"}]}).body)
    assert done["node"] == "n1" and done["position"] > 0
    inserted, counted = done["results"]
    assert inserted["changes"] == 1 and inserted["key"] == counted["rows"][0][0]
    query = {"sql": "SELECT item, lot FROM orders WHERE id = ?", "parameters": [inserted["key"]]}
    for where in ("", "?policy=any", "?policy=leader", "?from=n1", "?from=n1&policy=bounded"):
        (found,) = json.loads(post(gateway, query, where).body)["results"]
        assert found == {"columns": ["item", "lot"], "rows": [["tea", 7]], "changes": 0, "key": None}


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({}, "bad-request"),
        ({"statements": []}, "bad-sql"),
        ({"statements": [{"sql": "SELECT 1"}] * 65}, "bad-sql"),
        ({"statements": [{"sql": "SELECT 1"}], "sql": "SELECT 1"}, "bad-request"),
        ({"sql": 7}, "bad-request"),
        ({"statements": "\ud800"}, "bad-value"),
        ({"sql": "SELECT '\ud800'"}, "bad-value"),
        ({"sql": "SELECT ?", "parameters": ["\ud800"]}, "bad-value"),
        ({"sql": "SELECT 1", "\ud800": 1}, "bad-value"),
        ({"sql": "SELECT ?", "parameters": [[1]]}, "bad-request"),
        ({"sql": "SELECT ?", "parameters": [True]}, "bad-request"),
        ({"sql": "SELECT ?", "parameters": {"a": 1}}, "bad-request"),
        ({"sql": "SELECT ?", "parameters": []}, "bad-sql"),
        ({"sql": "SELECT ?", "parameters": [1, 2]}, "bad-sql"),
        ({"sql": "ATTACH 'x' AS y"}, "bad-sql"),
        ({"sql": "PRAGMA journal_mode = off"}, "bad-sql"),
        ({"sql": "SELECT 1; SELECT 2"}, "bad-sql"),
        ({"sql": "SELECT '" + "x" * 70_000 + "'"}, "too-large"),
        ({"sql": "SELECT ?", "parameters": ["x" * 70_000]}, "too-large"),
        ({"sql": "INSERT INTO accounts VALUES (null, 1)"}, "constraint-violated"),
    ],
)
def test_refusals(gateway: Running, document: Any, error: str) -> None:
    reply = post(gateway, document)
    assert 400 <= reply.status < 500, reply
    assert reply.error == error


def test_policies_that_need_a_session_are_not_for_transactions(gateway: Running) -> None:
    reply = post(gateway, {"sql": "SELECT 1"}, "?policy=position-token")
    assert (reply.status, reply.error) == (400, "bad-request")


def test_a_query_may_not_write(gateway: Running) -> None:
    reply = post(gateway, {"sql": "DELETE FROM visits"}, "?policy=any")
    assert (reply.status, reply.error) == (400, "bad-sql")
