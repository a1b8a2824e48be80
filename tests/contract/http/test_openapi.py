"""The gateway held against its own OpenAPI document, by generated requests, good and bad.

No request ends in 5xx, every answer is of a documented status, form and schema, what the document
allows is taken, and what it forbids is refused.
"""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode

from tests.contract.http.nodes import Running

EXAMPLES = 40
ROUTES = (
    *("GET /kv/{key}", "PUT /kv/{key}", "DELETE /kv/{key}"),
    *("GET /sets/{key}", "POST /sets/{key}", "GET /status"),
)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("route", ROUTES)
def test_the_gateway_does_as_it_says(gateway: Running, route: str, mode: GenerationMode) -> None:
    method, path = route.split()
    operation = schemathesis.openapi.from_url(f"{gateway.url}/openapi.json")[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: Case[Any]) -> None:
        case.call_and_validate()

    holds()


def test_every_route_has_an_example(gateway: Running) -> None:
    document = json.loads(gateway.request("GET", "/openapi.json").body)
    clients = [
        operation
        for path in document["paths"].values()
        for operation in path.values()
        if "clients" in operation.get("tags", [])
    ]
    assert len(clients) == 9
    for operation in clients:
        assert "example" in operation["responses"]["200"]["content"]["application/json"]
        body = operation.get("requestBody", {"content": {"application/json": {"example": None}}})
        assert "example" in body["content"]["application/json"]
