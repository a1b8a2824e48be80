"""Who stands in for a home keeps what is meant for it, says so, and forgets it only when it is there."""

from pathlib import Path

import pytest

from services.adapters.disk import FileDisk
from services.errors import LabError
from services.groups.ring import ring_of
from services.leaderless.hints import Hint, HintTable
from services.messages import Operation, Read, Write
from services.messages.leaderless import Fetched, FetchVersions, Stored, StoreVersions
from services.messages.versions import Stamp, Version
from services.settings.leaderless import LeaderlessSettings
from services.versions.merging import LastWriteWins
from tests.world.peers import DEAD, SILENCE, Peers, gateway_of
from tests.world.virtually import simulated
from tests.world.world import REPLICAS

FIRST, SECOND, OTHER = ring_of(REPLICAS).preference("x", 3)  # two homes, and who is behind them
SETTINGS = LeaderlessSettings(n=2, w=2, r=2, sloppy=True, call_timeout_ms=50)
WRITE = Write(operation=Operation(f="put", key="x", value=1))
ONE, TWO = ((Version(Stamp(time, "g1"), time),) for time in (1, 2))


@pytest.fixture
def peers() -> Peers:
    peers = Peers()
    for node in REPLICAS:
        peers.say(node, Stored(node=node))
    return peers


def stores(peers: Peers) -> list[tuple[str, str | None]]:
    return [(to, message.keep_for) for to, message in peers.sent if isinstance(message, StoreVersions)]


@simulated
async def test_homes_that_answer_need_nobody(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    written = await gateway.write(WRITE)
    assert (written.hints, written.stand_ins) == (0, {})
    assert stores(peers) == [(FIRST, None), (SECOND, None)]


@pytest.mark.parametrize("trouble", [DEAD, SILENCE])
@simulated
async def test_another_takes_the_place_and_the_answer_says_so(peers: Peers, trouble: LabError) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say(FIRST, trouble)
    written = await gateway.write(WRITE)
    assert (written.hints, written.stand_ins) == (1, {FIRST: OTHER})
    assert (OTHER, FIRST) in stores(peers)
    peers.sent.clear()
    assert (await gateway.write(WRITE)).hints == 1
    assert FIRST not in peers.asked, "who was silent a moment ago is not tried first"


@simulated
async def test_a_home_that_was_slow_is_asked_again_where_those_behind_it_are_out_of_reach(
    peers: Peers,
) -> None:
    """All homes were slow for a moment, on a busy machine; then only nodes that were cut off were asked."""
    gateway = gateway_of(peers, SETTINGS)
    for node in REPLICAS:
        peers.say(node, SILENCE)
    for _ in range(2):  # the second learns of the node behind the homes
        with pytest.raises(LabError):
            await gateway.write(WRITE)
    peers.say(FIRST, Stored(node=FIRST))
    peers.say(SECOND, Stored(node=SECOND))
    written = await gateway.write(WRITE)
    assert (written.hints, written.stand_ins) == (0, {})
    peers.sent.clear()
    await gateway.write(WRITE)
    assert peers.asked == [FIRST, SECOND], "who has answered is silent no more"


@simulated
async def test_nobody_stands_in_for_two(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say(FIRST, DEAD)
    peers.say(SECOND, SILENCE)
    with pytest.raises(LabError) as caught:
        await gateway.write(WRITE)
    assert caught.value.kind.code == "too-few-answers"


@simulated
async def test_a_home_that_may_have_it_leaves_doubt(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    for node, trouble in ((FIRST, SILENCE), (SECOND, DEAD), (OTHER, DEAD)):
        peers.say(node, trouble)
    with pytest.raises(LabError) as caught:
        await gateway.write(WRITE)
    assert not caught.value.definite


@simulated
async def test_reads_look_at_what_is_kept(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say(FIRST, DEAD)
    peers.say(SECOND, Fetched(node=SECOND))
    peers.say(OTHER, Fetched(node=OTHER, versions=ONE))
    answer = await gateway.read(Read(key="x"))
    assert (answer.value, answer.node, answer.stand_ins) == (1, OTHER, {FIRST: OTHER})
    assert (OTHER, FetchVersions(key="x", kept_for=FIRST)) in peers.sent


def test_a_hint_goes_only_when_all_of_it_is_home(tmp_path: Path) -> None:
    disk = FileDisk(tmp_path)
    table = HintTable(disk.connect, LastWriteWins(), now_s=4.0)
    kept = table.keep_all([Hint("n1", "x", ONE, 5.0), Hint("n2", "x", ONE, 6.0)])
    (newer,) = table.keep_all([Hint("n1", "x", TWO, 9.0)])
    assert newer == Hint("n1", "x", TWO, 9.0), "nothing is left of the older one"
    assert table.keep_all([Hint("n1", "x", ONE, 12.0)]) == [Hint("n1", "x", TWO, 9.0)], "it came too late"
    table.drop(kept)
    table.close()
    again = HintTable(disk.connect, LastWriteWins(), now_s=10.0)
    assert (again.count, again.kept_for(["n1", "n2"])) == (1, [newer])
    assert (again.look("n1", "x"), again.look("n2", "x")) == (TWO, ())
    again.close()
    disk.close()


def test_a_hint_from_before_a_reboot_is_as_old_as_its_clock_tells(tmp_path: Path) -> None:
    """A clock that counts from the start of the machine begins anew; the hint seems to be of tomorrow."""
    disk = FileDisk(tmp_path)
    table = HintTable(disk.connect, LastWriteWins(), now_s=1000.0)
    table.keep_all([Hint("n1", "x", ONE, 1000.0)])
    table.close()
    again = HintTable(disk.connect, LastWriteWins(), now_s=2.0)
    assert again.kept_for(["n1"]) == [Hint("n1", "x", ONE, 2.0)]
    again.close()
    disk.close()


def test_settings_that_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="sloppy quorum needs versions 'last-write-wins'"):
        LeaderlessSettings(sloppy=True, versions="dotted-vectors")
