"""Is a reply what was asked for?"""

from typing import TypeVar

from services.errors import LabError
from services.messages import Message, kind_of

M = TypeVar("M", bound=Message)


def of_type(reply: Message, expected: type[M]) -> M:
    """The reply, if it is of that type; else raises an indefinite `LabError`."""
    if isinstance(reply, expected):
        return reply
    raise LabError("internal", f"the answer is a {kind_of(reply)} where a {kind_of(expected)} was due")
