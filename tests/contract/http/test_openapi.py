"""The gateway held against its own OpenAPI document, by generated requests, good and bad.

No request ends in 5xx, every answer is of a documented status, form and schema, what the document
allows is taken, and what it forbids is refused. Of SQL a schema cannot tell what is right, and this
cluster has no cache; both may refuse what their schemas allow. 1,000 requests, 10,000 with --long.
"""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from services.errors import KINDS
from services.gateway.inputs import LARGEST_INTEGER, SMALLEST_INTEGER
from tests.contract.http.nodes import Running

REQUESTS, REQUESTS_IF_LONG = 1_000, 10_000
ROUTES = (
    *("GET /kv/{key}", "PUT /kv/{key}", "DELETE /kv/{key}"),
    *("GET /sets/{key}", "POST /sets/{key}", "GET /status"),
    *("POST /sql", "GET /cache/{key}", "PUT /cache/{key}"),
)
BAD_VALUE = KINDS["bad-value"].status
UNDECIDED = ("POST /sql", "GET /cache/{key}", "PUT /cache/{key}")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("route", ROUTES)
def test_the_gateway_does_as_it_says(
    gateway: Running, route: str, mode: GenerationMode, pytestconfig: pytest.Config
) -> None:
    total = REQUESTS_IF_LONG if pytestconfig.getoption("--long") else REQUESTS
    not_checked: list[Any] = [positive_data_acceptance] if route in UNDECIDED else []
    method, path = route.split()
    operation = schemathesis.openapi.from_url(f"{gateway.url}/openapi.json")[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=total // (len(ROUTES) * len(GenerationMode)) + 1,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: Case[Any]) -> None:
        unfit = mode is GenerationMode.POSITIVE and not fits(case.body)
        answer = case.call_and_validate(excluded_checks=[positive_data_acceptance] if unfit else not_checked)
        assert not unfit or answer.status_code == BAD_VALUE

    holds()


def fits(value: object) -> bool:
    """Do all integers in it fit into 64 bits? A schema cannot ask for that and leave large floats alone."""
    if isinstance(value, dict):
        return all(map(fits, value.values()))
    if isinstance(value, list):
        return all(map(fits, value))
    return not isinstance(value, int) or SMALLEST_INTEGER <= value <= LARGEST_INTEGER


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
