"""Every service held against its own OpenAPI document, by generated requests, good and bad.

Of what clients may ask a gateway: no request ends in 5xx, every answer is of a documented status, form and
schema, what the document allows is taken, and what it forbids is refused. Of SQL a schema cannot tell what is
right; it may refuse what its schema allows.

Of what nodes tell each other: what the document forbids is a 4xx that says why. What it allows may be refused
as well, for it comes at a moment of the test's choosing: a vote where nobody is elected, a log that does not
follow. Then the refusal is one of the table's, with its status, and never `internal`. Left out is one order,
to shut down: it would be obeyed. After each kind that changes a node every node begins again with empty data,
as between two runs of the lab, and all must work.

1,000 requests, 10,000 with --long.
"""

import json
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from services.errors import KINDS
from services.gateway.inputs import LARGEST_INTEGER, SMALLEST_INTEGER
from services.messages import SERVED, AskStatus, Configure, Message, Probe, Read, ReadContents, kind_of
from services.messages.single_leader import AskChunk, AskRoute, AskSession
from services.messages.single_leader.feed import ReadLog
from tests.contract.http.conftest import COMPANIONS, NODES
from tests.contract.http.nodes import AUTHORIZED, Running, until

REQUESTS, REQUESTS_IF_LONG = 1_000, 10_000
HANGS_S = 8.0  # longer than any answer takes that waits for something
CLIENTS = (
    *("GET /kv/{key}", "PUT /kv/{key}", "DELETE /kv/{key}"),
    *("GET /sets/{key}", "POST /sets/{key}", "GET /status"),
    *("POST /sql", "POST /txn", "GET /conflicts/{key}", "GET /cache/{key}", "PUT /cache/{key}"),
)
ROLES = {**NODES, **COMPANIONS}
MESSAGES = [(node, kind) for node, role in ROLES.items() for kind in SERVED[role]]
NO_MESSAGES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"\xff",
    b"[" * 100_000,
    b'{"kind":"nonsense"}',
    b'{"kind":7}',
)
MODES = list(GenerationMode)
SETTINGS = {"family": "single-leader", "replication": "async"}
PARTS = (  # those with more than a handful of requests: good messages have something to vary, or have not
    2 * (len(CLIENTS) - 1) + len(MESSAGES) + len([kind for _, kind in MESSAGES if kind.__struct_fields__]) - 1
)
ONLY_LOOKS = (AskStatus, AskRoute, AskSession, AskChunk, Probe, Read, ReadContents, ReadLog)
BAD_VALUE = KINDS["bad-value"].status
UNDECIDED = ("POST /sql", "POST /txn", "GET /conflicts/{key}")  # of the others this family has no use


def named(part: str | type[Message]) -> str:
    """How a test calls a node or a kind of message."""
    return part if isinstance(part, str) else kind_of(part)


@pytest.fixture
def share(pytestconfig: pytest.Config) -> settings:
    """How one part of all the requests is drawn."""
    total = REQUESTS_IF_LONG if pytestconfig.getoption("--long") else REQUESTS
    return settings(
        max_examples=-(-total // PARTS),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("route", CLIENTS)
def test_a_gateway_does_as_it_says(
    everybody: dict[str, Running], route: str, mode: GenerationMode, share: settings
) -> None:
    not_checked: list[Any] = [positive_data_acceptance] if route in UNDECIDED else []
    method, path = route.split()
    operation = schemathesis.openapi.from_url(f"{everybody['g1'].url}/openapi.json")[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @share
    def holds(case: Case[Any]) -> None:
        unfit = mode is GenerationMode.POSITIVE and not (fits(case.body) and of_one_log(case))
        answer = case.call_and_validate(excluded_checks=[positive_data_acceptance] if unfit else not_checked)
        assert not unfit or answer.status_code == BAD_VALUE

    holds()


def of_one_log(case: Case[Any]) -> bool:
    """Is its token, if it has one, not one for partitions? This cluster has none, which no schema says."""
    headers = {} if case.headers is None else dict(case.headers)
    return not str(headers.get("X-Lab-Token", "")).startswith("p")


def fits(value: object) -> bool:
    """Do all integers in it fit into 64 bits? A schema cannot ask for that and leave large floats alone."""
    if isinstance(value, dict):
        return all(map(fits, value.values()))
    if isinstance(value, list):
        return all(map(fits, value))
    return not isinstance(value, int) or SMALLEST_INTEGER <= value <= LARGEST_INTEGER


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("name", "kind"), MESSAGES, ids=named)
def test_a_message_is_answered_or_refused(
    everybody: dict[str, Running],
    name: str,
    kind: type[Message],
    mode: GenerationMode,
    share: settings,
) -> None:
    node, path, forbidden = everybody[name], f"/messages/{kind_of(kind)}", mode is GenerationMode.NEGATIVE
    operation = schemathesis.openapi.from_dict(without_token(node))[path]["POST"]

    @given(case=operation.as_strategy(generation_mode=mode))
    @share
    def holds(case: Case[Any]) -> None:
        must_be_in_order(node.url + path, case.body, forbidden=forbidden)

    holds()
    if not (forbidden or kind in ONLY_LOOKS or (name in COMPANIONS and kind is not Configure)):
        begin_anew(everybody)
    must_work(everybody)


@pytest.mark.parametrize("name", ROLES)
def test_what_no_schema_thinks_of_is_refused(everybody: dict[str, Running], name: str) -> None:
    for kind in SERVED[ROLES[name]]:
        tag = kind_of(kind).encode()
        for body in (*NO_MESSAGES, b'{"kind":"%s","epoch":1%s}' % (tag, b"0" * 500)):
            must_be_in_order(f"{everybody[name].url}/messages/{kind_of(kind)}", body, forbidden=True)
    must_work(everybody)


def test_every_role_is_here() -> None:
    assert set(ROLES.values()) == set(SERVED)


def without_token(node: Running) -> dict[str, Any]:
    """The node's document; who may come in is the matter of other tests."""
    document: dict[str, Any] = json.loads(node.request("GET", "/openapi.json").body)
    del document["components"]["securitySchemes"]
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return document


def must_be_in_order(url: str, body: object, *, forbidden: bool) -> None:
    """Post `body`, whatever it is; a refusal has its own status and says why."""
    data = body if isinstance(body, bytes) else json.dumps(body, default=repr).encode()
    answer = requests.post(url, data, headers=AUTHORIZED, timeout=HANGS_S)
    if answer.status_code == 200:
        assert not forbidden, f"{data!r} was taken: {answer.text}"
        return
    refusal = answer.json()
    assert refusal["message"]
    kind = KINDS[refusal["error"]]
    assert (answer.status_code, refusal["definite"]) == (kind.status, kind.definite)
    assert kind.code not in ("internal", "storage-failed"), f"{data!r}: {answer.text}"
    assert not forbidden or answer.status_code < 500, f"{data!r}: {answer.text}"


def begin_anew(nodes: dict[str, Running]) -> None:
    """As the lab does between two runs; whatever it was told, a node takes this order."""
    for name in sorted(nodes, key="controller".__eq__):
        assert nodes[name].message("configure", settings=SETTINGS, reset=True).status == 200, name


def must_work(nodes: dict[str, Running]) -> None:
    """Take a write, and answer what people and machines ask who only look."""
    until(lambda: nodes["g1"].request("PUT", "/kv/again", body=b'{"value":1}').status == 200)
    for node in nodes.values():
        assert node.request("GET", "/health").status == node.request("GET", "/metrics").status == 200
    until(lambda: nodes["g1"].request("PUT", "/cache/again", body=b'{"value":1}').status == 200)
