"""A gateway before two partitions: where it sends what, and what its clients' tokens say afterwards."""

import pytest
from msgspec.structs import replace

from services.errors import LabError
from services.family import Wish
from services.gateway.gateway import Gateway
from services.groups.partitions import partition_of
from services.messages import (
    START,
    Configure,
    Execute,
    Operation,
    Position,
    Read,
    ReadResult,
    Token,
    Write,
    Written,
)
from services.messages.single_leader import Route, lead
from services.settings.single_leader import ReadPolicy, SingleLeaderSettings
from tests.world.peers import DEAD, Peers, gateway_of
from tests.world.virtually import simulated, until

HERE, THERE = "{questions}:1", "{answers}:1"  # keys of partition 1 and of partition 2
SETTINGS = SingleLeaderSettings(
    partitions=(("n1", "n2"), ("n3",)),
    coordination="election",
    reads="causal-order",
    call_timeout_ms=50,
    acknowledge_timeout_ms=50,
)
P1, P2 = Position(1, 40), Position(2, 9)


def wrote(node: str, position: Position) -> Written:
    return Written(node=node, epoch=position.epoch, position=position)


def saw(node: str, position: Position, needs: Token = ()) -> ReadResult:
    return ReadResult(node=node, epoch=position.epoch, position=position, found=True, value=node, needs=needs)


def put(key: str, token: Token = ()) -> Write:
    return Write(operation=Operation("put", key, 1), token=token)


@pytest.fixture
def peers() -> Peers:
    peers = Peers()
    for node in ("n1", "n2"):
        peers.say(node, Route(epoch=1, leader="n1"))
    peers.say("n3", Route(epoch=2, leader="n3"))
    return peers


async def informed(peers: Peers) -> Gateway:
    """A gateway that knows both leaders, and asks only when it needs to."""
    gateway = gateway_of(peers, SETTINGS)
    await gateway.start()
    await until(lambda: len(lead(gateway.status()).leads) == 2)
    await gateway.stop()
    peers.sent.clear()
    return gateway


def test_the_keys_lie_apart() -> None:
    assert (partition_of(HERE, 2), partition_of(THERE, 2)) == (1, 2)


@simulated
async def test_each_partition_has_a_leader_of_its_own(peers: Peers) -> None:
    gateway = await informed(peers)
    status = lead(gateway.status())
    assert status.leads == {"n1": 1, "n3": 2}
    assert (status.leader, status.epoch) == ("n1", 1)
    peers.say("n1", wrote("n1", P1))
    peers.say("n3", wrote("n3", P2))
    assert (await gateway.write(put(HERE))).partition == 1
    assert (await gateway.write(put(THERE))).partition == 2
    assert peers.asked == ["n1", "n3"]


@simulated
async def test_a_write_carries_what_its_client_knew_of_the_other_partition(peers: Peers) -> None:
    gateway = await informed(peers)
    peers.say("n3", wrote("n3", P2))
    written = await gateway.write(put(THERE, (P1, Position(2, 3))))
    assert written.token == (P1, P2)
    (_, sent), *_ = peers.sent
    assert isinstance(sent, Write)
    assert (sent.operation.needs, sent.token) == ((P1, START), (Position(2, 3),))
    await gateway.write(put(THERE, (START, P2)))
    assert not peers.sent[-1][1].operation.needs  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("policy", "token"),
    [
        ("causal-order", (P1, P2)),
        ("consistent-prefix", (START, P2)),
        ("sticky-token", (START, P2)),
        ("any", (START, START)),
    ],
)
@simulated
async def test_who_reads_learns_what_the_writer_knew_if_the_policy_says_so(
    peers: Peers, policy: ReadPolicy, token: Token
) -> None:
    gateway = await informed(peers)
    peers.say("n3", saw("n3", P2, needs=(P1, START)))
    result = await gateway.read(Read(key=THERE, session="u1"), Wish(policy))
    assert (result.token, result.needs, result.partition) == (token, (), 2)


@simulated
async def test_a_read_asks_for_the_position_in_its_own_partition(peers: Peers) -> None:
    gateway = await informed(peers)
    for node in ("n1", "n2"):
        peers.say(node, saw(node, Position(1, 50)))
    result = await gateway.read(Read(key=HERE, session="u1", token=(P1, P2)))
    assert result.token == (Position(1, 50), P2)
    (node, sent), *_ = peers.sent
    assert isinstance(sent, Read)
    assert node in ("n1", "n2")
    assert (sent.after, sent.mode, sent.token) == (P1, "acknowledged", (P1,))


@simulated
async def test_who_does_not_reach_so_far_sends_the_reader_on(peers: Peers) -> None:
    gateway = await informed(peers)
    behind = LabError("position-not-reached", "I am behind")
    for node in ("n1", "n2"):
        peers.say(node, behind)
    with pytest.raises(LabError, match="position-not-reached"):
        await gateway.read(Read(key=HERE, session="u1", token=(P1, P2)))
    assert sorted(peers.asked) == ["n1", "n2"]


@pytest.mark.parametrize("token", [(P1,), (P1, P2, P2)])
@simulated
async def test_a_token_of_another_cluster_reaches_nobody(peers: Peers, token: Token) -> None:
    gateway = await informed(peers)
    for request in (gateway.write(put(HERE, token)), gateway.read(Read(key=HERE, token=token))):
        with pytest.raises(LabError, match="bad-request") as caught:
            await request
        assert caught.value.kind.status == 400
    assert peers.sent == []


@simulated
async def test_a_replica_of_another_partition_is_not_asked(peers: Peers) -> None:
    gateway = await informed(peers)
    with pytest.raises(LabError, match="lies in partition 1, of which n3 has no copy; ask n1, n2"):
        await gateway.read(Read(key=HERE), Wish(replica="n3"))
    with pytest.raises(LabError, match="there is no replica 'n9'; known: n1, n2"):
        await gateway.read(Read(key=HERE), Wish(replica="n9"))
    assert peers.sent == []


@simulated
async def test_tables_are_not_shared_out(peers: Peers) -> None:
    gateway = await informed(peers)
    with pytest.raises(LabError, match="bad-request: SQL tables are not shared out"):
        await gateway.execute(Execute(statements=()))


@simulated
async def test_one_partition_may_be_without_a_leader(peers: Peers) -> None:
    gateway = await informed(peers)
    peers.say("n3", DEAD)
    peers.say("n1", wrote("n1", P1))
    with pytest.raises(LabError, match="unreachable"):
        await gateway.write(put(THERE))
    assert (await gateway.write(put(HERE))).node == "n1"


@simulated
async def test_other_settings_share_the_keys_out_anew(peers: Peers) -> None:
    gateway = await informed(peers)
    peers.say("n2", wrote("n2", P1))
    await gateway.handle(Configure(settings=SingleLeaderSettings(), reset=True))
    await gateway.handle(Route(epoch=1, leader="n2"))
    written = await gateway.write(put(THERE, (P1,)))
    assert (written.node, written.partition, written.token) == ("n2", None, (P1,))
    with pytest.raises(LabError, match="bad-order: the partitions must share out"):
        settings = replace(SETTINGS, partitions=(("n1",), ("n2",)))
        await gateway.handle(Configure(settings=settings, reset=True))
