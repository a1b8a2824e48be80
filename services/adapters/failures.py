"""How a failure looks in HTTP, the same from every route and every layer: the lab's own form."""

from typing import Any

import msgspec

from services.errors import LabError


def failure_body(error: LabError, **more: Any) -> bytes:
    """`{"error","message","definite"}` and, where it is known, who the leader is."""
    body = {"error": error.kind.code, "message": error.text, "definite": error.definite, **more}
    if error.leader is not None:
        body["leader"] = error.leader
    return msgspec.json.encode(body)
