"""What a disk refuses, and what only looks like it."""

import errno

import apsw
import pytest

from services.errors import LabError
from services.trouble import Trouble


def full() -> OSError:
    return OSError(errno.ENOSPC, "no space left", "some.json")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def trouble(said: list[str]) -> Trouble:
    def say(event: str, **fields: object) -> None:
        said.append(f"{event} of {fields['of']}")

    return Trouble(say)


@pytest.mark.parametrize("error", [full(), apsw.FullError("full"), apsw.IOError("disk I/O error")])
def test_the_disks_errors_become_failures_that_nobody_can_be_sure_of(
    trouble: Trouble, said: list[str], error: Exception
) -> None:
    told = trouble.told("Append", error)
    assert isinstance(told, LabError)
    assert told.kind.code == "storage-failed" and not told.definite
    assert str(error) in told.text
    assert said == ["storage-failed of Append"]


@pytest.mark.parametrize(
    "error", [TimeoutError(), KeyError("x"), apsw.SQLError("no such table"), LabError("bad-order", "no")]
)
def test_everything_else_stays_what_it_is(trouble: Trouble, said: list[str], error: Exception) -> None:
    assert trouble.told("Append", error) is error
    assert said == []


def test_it_is_said_once_until_it_goes_well_again(trouble: Trouble, said: list[str]) -> None:
    for _ in range(3):
        trouble.told("Append", full())
    trouble.told("Write", LabError("storage-failed", "said by somebody who knows"))
    trouble.over("Append")
    trouble.told("Append", full())
    assert said == [f"storage-failed of {what}" for what in ("Append", "Write", "Append")]
