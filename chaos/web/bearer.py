"""The token that a page's orders need. It stands behind the `#` of the address that was printed."""

import hmac

from fastapi import Request

from services.errors import LabError


class Bearer:
    """Knows the token."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    def must_be_in(self, request: Request) -> None:
        """Raises `LabError` unauthorized."""
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            raise LabError(
                "unauthorized", "open the whole address that `./lab` printed, with what is behind #"
            )
