"""What `./lab put`, `get` and `up` say."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from chaos.by_hand.asking import failure
from chaos.catalogue.names import UnknownNameError
from chaos.commands.loading import Tally
from chaos.commands.playing import _shared_out, must_take_a_choice
from chaos.workloads.client import ClientError
from services.messages import Status
from services.settings import settings_of

IN_DOUBT = "timed-out: n1 did not answer within 1.5 s; it may or may not have happened"


def test_only_a_write_can_have_happened() -> None:
    in_doubt, refused = ClientError(False, IN_DOUBT), ClientError(True, "not-leader: n3")
    assert failure(in_doubt, is_write=False) == "timed-out: n1 did not answer within 1.5 s"
    assert failure(in_doubt, is_write=True).endswith("(nobody knows whether it happened)")
    assert failure(refused, is_write=True).endswith("(it certainly did not happen)")


def test_what_was_not_understood_leaves_no_doubt_worth_a_word() -> None:
    wrong = ClientError(True, "bad-key: a key has 1 to 512 characters; '' has 0")
    assert failure(wrong, is_write=True) == "a key has 1 to 512 characters; '' has 0"


def test_a_second_of_load_says_what_its_numbers_are() -> None:
    tally = Tally(Counter({"write ok": 2, "read ok": 1, "refused": 1}), [0.003, 0.004, 0.009], Counter(n1=3))
    assert tally.line(waiting=2) == (
        "writes: 2 acknowledged, reads: 1 answered, 1 refused, 0 in doubt; median latency 4 ms; by n1 3; "
        "2 requests not answered yet"
    )
    assert tally.line(waiting=1).endswith("; 1 request not answered yet")


@pytest.mark.parametrize(("nodes", "told"), [(3, True), (4, False), (5, False)])
def test_a_part_with_one_copy_is_said(nodes: int, told: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert _shared_out(nodes, 2)["coordination"] == "election"
    assert ("--nodes 4 gives each part two copies" in capsys.readouterr().out) is told


def cluster_of(family: str) -> Any:
    """A cluster, as far as `./lab put --to` looks at it."""

    async def status(node: str) -> dict[str, Any]:
        return Status(node=node, role="gateway", settings=settings_of({"family": family})).flat()

    return SimpleNamespace(gateways={"g1": ""}, doors={"g1": "", "phone": ""}, status=status)


@pytest.mark.parametrize("family", ["single-leader", "multi-leader"])
async def test_a_client_may_choose_among_leaders(family: str) -> None:
    await must_take_a_choice(cluster_of(family), "g1")


@pytest.mark.parametrize(
    ("family", "door", "words"),
    [
        ("leaderless", "g1", "so --to cannot choose one of them; leave it out"),
        ("multi-leader", "phone", "phone is a device, which takes every write itself; leave --to out"),
    ],
)
async def test_where_there_is_no_choice_it_is_said_what_was_typed(family: str, door: str, words: str) -> None:
    with pytest.raises(UnknownNameError, match=words) as refused:
        await must_take_a_choice(cluster_of(family), door)
    assert "?w=" not in str(refused.value) and "`from`" not in str(refused.value), "nobody typed that"
