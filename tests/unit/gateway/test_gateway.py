"""Writes are sent once; a second time only when the first certainly did nothing."""

import asyncio

import pytest
from msgspec.structs import replace

from services.errors import LabError
from services.family import Wish
from services.gateway.gateway import Gateway
from services.messages import Configure, Operation, Read, Write
from services.messages.single_leader import Route, lead
from services.settings.single_leader import SingleLeaderSettings
from tests.world.peers import DEAD, SILENCE, Peers, acknowledged, found, gateway_of, written
from tests.world.virtually import clock, simulated, until

WRITE = Write(operation=Operation(f="put", key="x", value=1))
READ = Read(key="x")
NOT_LEADER = LabError("not-leader", "I am a follower", leader="n2")
TOO_FAR = LabError("too-far-behind", "I am behind")
SETTINGS = SingleLeaderSettings(call_timeout_ms=50, acknowledge_timeout_ms=50)


@pytest.fixture
def peers() -> Peers:
    return Peers()


def route(epoch: int, leader: str | None) -> Route:
    return Route(epoch=epoch, leader=leader)


async def sends_writes_to(peers: Peers, leader: str) -> Gateway:
    """A gateway that was told who leads in epoch 1."""
    gateway = gateway_of(peers, SETTINGS)
    await gateway.handle(route(1, leader))
    return gateway


async def failure_of(gateway: Gateway, message: Write | Read) -> LabError:
    with pytest.raises(LabError) as caught:
        await gateway.handle(message)
    return caught.value


@simulated
async def test_it_asks_once_and_remembers(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("controller", route(1, "n1"))
    peers.say("n1", written("n1"))
    replies = await asyncio.gather(*(gateway.handle(WRITE) for _ in range(50)))
    assert replies == [acknowledged("n1")] * 50
    assert peers.questions == 1


@simulated
async def test_a_write_for_one_replica_goes_to_that_one_alone(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("controller", route(1, "n1"))
    peers.say("n1", written("n1"))
    peers.say("n3", NOT_LEADER)
    with pytest.raises(LabError, match="I am a follower"):
        await gateway.write(WRITE, Wish(replica="n3"))
    assert (await gateway.write(WRITE, Wish(replica="n1"))).node == "n1"
    assert peers.asked == ["n3", "n1"]
    with pytest.raises(LabError, match="there are n1, n2, n3"):
        await gateway.write(WRITE, Wish(replica="n9"))
    with pytest.raises(LabError, match="takes only"):
        await gateway.write(WRITE, Wish(w=2))


@simulated
async def test_reads_from_followers_leave_the_leader_alone(peers: Peers) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("n2", TOO_FAR)
    peers.say("n3", found("n3"))
    for _ in range(10):
        assert (await gateway.read(READ, Wish("followers"))).node == "n3"
    peers.say("n3", DEAD)
    with pytest.raises(LabError):
        await gateway.read(READ, Wish("followers"))
    assert set(peers.asked) == {"n2", "n3"}


@simulated
async def test_nobody_known_is_a_definite_error(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    assert (await failure_of(gateway, WRITE)).kind.code == "no-leader"
    peers.say("controller", route(3, None))
    error = await failure_of(gateway, WRITE)
    assert (error.kind.code, error.definite) == ("no-leader", True)


@simulated
async def test_why_nobody_is_known_is_said_in_the_words_of_who_knows(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    text = "nobody is known to lead at the moment"
    assert f"{text} (the controller does not answer (unreachable));" in str(await failure_of(gateway, WRITE))
    peers.say("controller", replace(route(0, None), why_nobody="the lease of n1 must end first"))
    assert f"{text} (the lease of n1 must end first);" in str(await failure_of(gateway, WRITE))
    with pytest.raises(LabError, match=r"has not heard yet who leads \(the lease of n1 must end first\)"):
        gateway.part.must_know_the_way()
    peers.say("controller", route(0, None))
    assert f"{text}; try again" in str(await failure_of(gateway, WRITE)), "a reason is guessed"


@simulated
async def test_where_replicas_elect_their_leader_each_of_them_is_quoted(peers: Peers) -> None:
    gateway = gateway_of(peers, SingleLeaderSettings(coordination="election"))
    peers.say("n2", LabError("no-leader", "n2 knows of no leader at the moment"))
    peers.say("n3", SILENCE)
    first, last = "n1 does not answer (unreachable)", "n3 does not answer (timed-out)"
    assert f"({first}; n2 knows of no leader at the moment; {last})" in str(await failure_of(gateway, WRITE))


@pytest.mark.parametrize("refusal", [NOT_LEADER, DEAD, LabError("lease-expired", "")])
@simulated
async def test_after_a_definite_refusal_the_new_leader_is_asked(peers: Peers, refusal: LabError) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("controller", route(2, "n2"))
    peers.say("n1", refusal)
    peers.say("n2", written("n2"))
    assert await gateway.handle(WRITE) == acknowledged("n2")
    assert peers.asked == ["n1", "n2"]


@simulated
async def test_not_a_third_time(peers: Peers) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("controller", route(2, "n2"))
    peers.say("n1", NOT_LEADER)
    peers.say("n2", NOT_LEADER)
    assert (await failure_of(gateway, WRITE)).kind.code == "not-leader"
    assert peers.asked == ["n1", "n2"]


@simulated
async def test_not_the_same_leader_again(peers: Peers) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("controller", route(1, "n1"))
    peers.say("n1", LabError("not-leader", "I am a follower"), written("n1"))
    assert (await failure_of(gateway, WRITE)).kind.code == "not-leader"
    assert peers.asked == ["n1"]


@simulated
async def test_who_refuses_may_know_better_than_the_controller(peers: Peers) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("controller", route(1, "n1"))
    peers.say("n1", NOT_LEADER)
    peers.say("n2", written("n2"))
    assert await gateway.handle(WRITE) == acknowledged("n2")
    assert peers.asked == ["n1", "n2"]


@simulated
async def test_where_replicas_elect_the_newest_answer_counts(peers: Peers) -> None:
    gateway = gateway_of(peers, SingleLeaderSettings(coordination="election"))
    peers.say("n1", SILENCE)
    peers.say("n2", route(3, "n1"))
    peers.say("n3", route(4, "n3"), written("n3"))
    assert await gateway.handle(WRITE) == acknowledged("n3")
    assert peers.questions == 0


@pytest.mark.parametrize("code", ["timed-out", "connection-lost", "not-acknowledged", "storage-failed"])
@simulated
async def test_in_doubt_it_is_never_sent_again(peers: Peers, code: str) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("controller", route(2, "n2"))
    peers.say("n1", LabError(code, "who knows"))
    peers.say("n2", written("n2"))
    error = await failure_of(gateway, WRITE)
    assert (error.kind.code, error.definite) == (code, False)
    assert peers.asked == ["n1"]


@simulated
async def test_cut_off_from_the_controller_it_stays_with_the_old_leader(peers: Peers) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("controller", SILENCE)
    peers.say("n1", written("n1"))
    await gateway.start()
    await until(lambda: peers.questions > 0)
    assert await gateway.handle(WRITE) == acknowledged("n1")
    await gateway.stop()


@simulated
async def test_old_news_is_ignored_until_everything_begins_anew(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    await gateway.handle(route(5, "n1"))
    await gateway.handle(route(4, "n2"))
    assert (lead(gateway.status()).leader, lead(gateway.status()).epoch) == ("n1", 5)
    await gateway.handle(Configure(settings=SETTINGS))
    assert lead(gateway.status()).leader == "n1"
    await gateway.handle(Configure(settings=SETTINGS, reset=True))
    assert lead(gateway.status()).leader is None
    await gateway.handle(route(1, "n3"))
    assert (lead(gateway.status()).leader, lead(gateway.status()).epoch) == ("n3", 1)


@simulated
async def test_an_answer_about_old_times_is_ignored(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("controller", route(9, "n1"))
    asking = asyncio.create_task(gateway.handle(WRITE))
    while not peers.questions:  # it is asked, and has not answered
        await asyncio.sleep(0)
    await gateway.handle(Configure(settings=SingleLeaderSettings(), reset=True))
    with pytest.raises(LabError, match="no-leader"):
        await asking
    assert lead(gateway.status()).leader is None


@simulated
async def test_reads_of_the_leader_ask_for_proof(peers: Peers) -> None:
    gateway = await sends_writes_to(peers, "n2")
    peers.say("n2", found("n2"))
    assert await gateway.handle(READ) == found("n2")
    assert peers.sent == [("n2", Read(key="x", mode="leader"))]


@simulated
async def test_a_read_of_any_replica_goes_on_until_one_answers(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("n3", found("n3"))
    for _ in range(10):
        assert await gateway.read(READ, Wish("any")) == found("n3")
    assert set(peers.asked) == {"n1", "n2", "n3"}


@simulated
async def test_a_read_does_not_wait_for_ever(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    for replica in ("n1", "n2", "n3"):
        peers.say(replica, SILENCE)
    began = clock().monotonic()
    with pytest.raises(LabError, match="timed-out"):
        await gateway.read(READ, Wish("any"))
    assert clock().monotonic() - began == pytest.approx(2 * SETTINGS.call_timeout_ms / 1000)
    assert len(peers.asked) == 2  # each takes half of the time there is


@simulated
async def test_a_bounded_read_falls_back_on_the_leader(peers: Peers) -> None:
    gateway = await sends_writes_to(peers, "n1")
    peers.say("n1", found("n1"))
    peers.say("n2", TOO_FAR)
    peers.say("n3", TOO_FAR)
    for _ in range(10):
        assert await gateway.read(READ, Wish("bounded")) == found("n1")
    assert len(peers.asked) < 20


@simulated
async def test_a_mistake_of_the_client_is_not_tried_elsewhere(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    for replica in ("n1", "n2", "n3"):
        peers.say(replica, LabError("bad-key", "no"))
    with pytest.raises(LabError, match="bad-key"):
        await gateway.read(READ, Wish("any"))
    assert len(peers.asked) == 1


@simulated
async def test_a_client_may_choose_the_replica(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("n3", found("n3"))
    assert await gateway.read(READ, Wish(replica="n3")) == found("n3")
    await gateway.read(READ, Wish("bounded", "n3"))
    assert [message.mode for _, message in peers.sent if isinstance(message, Read)] == ["local", "bounded"]
    with pytest.raises(LabError, match="no replica 'n4'; known: n1, n2, n3"):
        await gateway.read(READ, Wish(replica="n4"))


@simulated
async def test_newcomers_are_read_from_once_the_controller_counts_them(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("n4", found("n4"))
    members: tuple[str, ...] = ("n1", "n2", "n3", "n4")
    await gateway.handle(Route(epoch=1, leader="n1", members=members))
    assert await gateway.read(READ, Wish(replica="n4")) == found("n4")
    assert list(await gateway.survey()) == [*members, "controller"]
    await gateway.handle(route(2, "n2"))  # from somebody who knows only who leads
    assert gateway.part.replicas == members
    await gateway.handle(Configure(settings=SETTINGS, reset=True))
    assert gateway.part.replicas == ("n1", "n2", "n3")


@simulated
async def test_the_survey_names_who_is_silent(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("n1", gateway.status())
    survey = await gateway.survey()
    assert list(survey) == ["n1", "n2", "n3", "controller"]
    assert survey["n1"] == gateway.status()
    assert isinstance(survey["n2"], LabError)
