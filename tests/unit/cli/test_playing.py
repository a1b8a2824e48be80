"""What `./lab put`, `get` and `up` say."""

from collections import Counter

import pytest

from chaos.by_hand.asking import failure
from chaos.catalogue.names import UnknownNameError
from chaos.commands.loading import Tally
from chaos.commands.playing import _shared_out, must_take_a_choice
from chaos.workloads.client import ClientError

IN_DOUBT = "timed-out: n1 did not answer within 1.5 s; it may or may not have happened"


def test_only_a_write_can_have_happened() -> None:
    in_doubt, refused = ClientError(False, IN_DOUBT), ClientError(True, "not-leader: n3")
    assert failure(in_doubt, is_write=False) == "timed-out: n1 did not answer within 1.5 s"
    assert failure(in_doubt, is_write=True).endswith("(nobody knows whether it happened)")
    assert failure(refused, is_write=True).endswith("(it certainly did not happen)")


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


def test_without_a_leader_nobody_can_choose_who_takes_a_write() -> None:
    for family in ("single-leader", "multi-leader"):
        must_take_a_choice(family)
    with pytest.raises(UnknownNameError, match="so --to cannot choose one of them; leave it out") as refused:
        must_take_a_choice("leaderless")
    assert "?w=" not in str(refused.value), "nobody typed that"
