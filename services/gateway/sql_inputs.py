"""The body of `POST /sql`: one statement, or several as one transaction."""

import msgspec

from services.errors import LabError
from services.gateway.inputs import parsed
from services.messages import Execute
from services.messages.records import Statement


class Transaction(msgspec.Struct, forbid_unknown_fields=True):
    """The long form of the body."""

    statements: tuple[Statement, ...]


def transaction_in(body: bytes) -> Execute:
    """What the body asks for. Raises `LabError` bad-request, bad-value or bad-sql."""
    document = parsed(body)
    many = isinstance(document, dict) and "statements" in document
    try:
        if many:
            statements = msgspec.convert(document, Transaction).statements
        else:
            statements = (msgspec.convert(document, Statement),)
    except msgspec.ValidationError as error:
        form = '{"sql": …, "parameters": […]} or {"statements": [the same, …]}'
        text = f"the body must be {form}, each parameter a number, a string or null: {error}"
        raise LabError("bad-request", text) from error
    return Execute(statements=statements)
