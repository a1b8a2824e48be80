"""The OpenAPI document of each kind of node is whole: whatever it refers to is there.

Two records of one name would have long names in it, and what refers to either would lead nowhere.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.adapters.gateway_http import gateway_application
from services.adapters.http import node_application
from services.messages import SERVED, Message
from services.settings import NodeSettings


class Nobody:
    """A node that is described and never asked."""

    async def handle(self, message: Message) -> Message:
        raise AssertionError(message)


def document(role: str) -> dict[str, Any]:
    settings = NodeSettings(
        node="n1",
        role=role,
        replicas=("n1", "n2"),
        gateways=("g1",),
        links={},
        data_dir=Path(),
        token="secret",
    )
    build: Any = gateway_application if role in ("gateway", "device") else node_application
    described: dict[str, Any] = build(Nobody(), settings).openapi()
    return described


@pytest.mark.parametrize("role", SERVED)
def test_all_that_is_referred_to_is_there(role: str) -> None:
    described = document(role)
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert referred <= set(described["components"]["schemas"])
    assert not [name for name in described["components"]["schemas"] if "." in name]
