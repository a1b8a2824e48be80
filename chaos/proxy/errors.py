"""What the API refuses, in Toxiproxy's words and status codes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """An HTTP status code, and words for the caller in which `{}` takes the particular reason."""

    status: int
    words: str


BAD_BODY = Refusal(400, "bad request body: {}")
MISSING_FIELD = Refusal(400, "missing required field: {}")
INVALID_STREAM = Refusal(400, "stream was invalid, can be either upstream or downstream")
INVALID_TYPE = Refusal(400, "invalid toxic type")
FOREIGN = Refusal(403, "{} is not one of this server's own names; allow it with --allow-host")
PROXY_NOT_FOUND = Refusal(404, "proxy not found")
TOXIC_NOT_FOUND = Refusal(404, "toxic not found")
PROXY_EXISTS = Refusal(409, "proxy already exists")
TOXIC_EXISTS = Refusal(409, "toxic already exists")
BODY_TOO_LARGE = Refusal(413, "request body larger than {} bytes")
CANNOT_LISTEN = Refusal(500, "{}")


class ApiError(Exception):
    """A refusal with the particular reason filled in."""

    def __init__(self, refusal: Refusal, reason: object = "") -> None:
        self.status = refusal.status
        self.message = refusal.words.format(reason)
        super().__init__(self.message)
