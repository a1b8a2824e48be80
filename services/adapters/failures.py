"""How a failure looks in HTTP: the lab's own form, the same from every route and layer."""

from typing import Any

import msgspec

from services.errors import LabError


def failure_body(error: LabError, **more: Any) -> bytes:
    """`{"error","message","definite"}` and, if it is known, the leader."""
    body = {"error": error.kind.code, "message": error.text, "definite": error.definite, **more}
    if error.leader is not None:
        body["leader"] = error.leader
    return msgspec.json.encode(body)
