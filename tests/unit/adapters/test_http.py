"""The application of a node, by itself: what a bug in the node looks like from outside."""

import json
from typing import Literal

import httpx
import pytest
from msgspec.structs import replace

from services.adapters.guards import Guards
from services.adapters.http import node_application
from services.errors import LabError
from services.messages import REQUESTS, SERVED, SERVED_BY_SWITCHES, AskStatus, Message, Status, decode
from services.messages.single_leader import LeadStatus
from services.settings import NodeSettings

SETTINGS = NodeSettings(
    node="n1",
    role="replica",
    replicas=("n1",),
    gateways=(),
    links={},
    data_dir="unused",  # type: ignore[arg-type]
    token="secret",
)


class BrokenNode:
    """Fails as `error` says, or answers."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def handle(self, message: Message) -> Message:
        assert isinstance(message, AskStatus)
        if self._error is not None:
            raise self._error
        return self.status()

    def status(self) -> Status:
        return Status(node="n1", role="follower", detail=LeadStatus(epoch=1))


class KeptLog:
    """Keeps the events."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def event(self, event: str, **fields: object) -> None:
        self.events.append(event)


async def asked(error: Exception | None, log: KeptLog) -> httpx.Response:
    guarded = Guards(node_application(BrokenNode(error), SETTINGS), SETTINGS, log)
    transport = httpx.ASGITransport(app=guarded)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:7000") as client:
        headers = {"authorization": "Bearer secret"}
        return await client.post("/messages/ask-status", headers=headers, json={"kind": "ask-status"})


async def test_a_reply() -> None:
    log = KeptLog()
    response = await asked(None, log)
    assert isinstance(decode(response.content), Status)
    assert log.events == []


async def test_a_refusal_is_no_bug() -> None:
    log = KeptLog()
    response = await asked(LabError("not-leader", "ask n2", leader="n2"), log)
    assert (response.status_code, log.events) == (409, [])
    assert response.json() == {"error": "not-leader", "message": "ask n2", "definite": True, "leader": "n2"}


async def test_a_bug_is_in_doubt_and_logged() -> None:
    log = KeptLog()
    response = await asked(RuntimeError("oops"), log)
    assert (response.status_code, log.events) == (500, ["bug"])
    assert response.json()["error"] == "internal"
    assert response.json()["definite"] is False
    assert "oops" not in response.text


def test_every_request_is_served_by_somebody() -> None:
    served = {kind for kinds in (*SERVED.values(), SERVED_BY_SWITCHES) for kind in kinds}
    assert served == set(REQUESTS)


@pytest.mark.parametrize("role", SERVED)
def test_the_openapi_document_describes_every_message(
    role: Literal["replica", "controller", "gateway"],
) -> None:
    document = node_application(BrokenNode(None), replace(SETTINGS, role=role)).openapi()
    for kind in SERVED[role]:
        assert kind.__name__ in document["components"]["schemas"]
    json.dumps(document)
