"""The body of `POST /txn`: the steps of a transaction of registers."""

import msgspec

from services.errors import LabError
from services.gateway.inputs import checked_key, checked_value, parsed
from services.messages.multi_leader import Steps, Transact


class StepsTogether(msgspec.Struct, forbid_unknown_fields=True):
    """Steps to be done together, or not at all."""

    steps: Steps


def steps_in(body: bytes) -> Transact:
    """What the body asks for. Raises `LabError` bad-request, bad-key, bad-value or too-large."""
    try:
        steps = msgspec.convert(parsed(body), StepsTogether).steps
    except msgspec.ValidationError as error:
        form = '{"steps": [{"f": "append", "key": …, "value": …}, {"f": "read", "key": …}]}'
        raise LabError("bad-request", f"the body must be like {form}: {error}") from error
    for step in steps:
        checked_key(step.key)
        checked_value(step.value, body)
    return Transact(steps=steps)
