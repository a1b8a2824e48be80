"""A gateway without a leader behind it: it counts, and says the truth about what it counted."""

import asyncio

import pytest
from msgspec.structs import replace

from services.adapters.metrics import exposition
from services.errors import LabError
from services.family import Wish
from services.gateway.gateway import Gateway
from services.groups.ring import ring_of
from services.messages import Operation, Read, Write
from services.messages.leaderless import Fetched, Stored, StoreVersions, WriteVersion
from services.messages.versions import Dot, Seen, Stamp, Version
from services.settings.leaderless import LeaderlessSettings
from services.versions.seen import from_context
from tests.world.peers import DEAD, SILENCE, Peers, gateway_of
from tests.world.virtually import clock, simulated, until

SETTINGS = LeaderlessSettings(call_timeout_ms=50)
WRITE = Write(operation=Operation(f="put", key="x", value=1))
READ = Read(key="x")


@pytest.fixture
def peers() -> Peers:
    return Peers()


def have(peers: Peers, **times: int | None) -> None:
    """Each home has a value of that time, or has never heard of the key."""
    for node, time in times.items():
        versions = () if time is None else (Version(Stamp(time, "g2"), f"of {time}"),)
        peers.say(node, Fetched(node=node, versions=versions))


async def failure(gateway: Gateway, message: Write | Read, wish: Wish | None = None) -> LabError:
    with pytest.raises(LabError) as caught:
        if isinstance(message, Write):
            await gateway.write(message, wish or Wish())
        else:
            await gateway.read(message, wish or Wish())
    return caught.value


@simulated
async def test_a_write_goes_to_all_homes_and_two_are_enough(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    for node in ("n1", "n2"):
        peers.say(node, Stored(node=node))
    peers.say("n3", SILENCE)
    written = await gateway.write(WRITE)
    assert sorted(peers.asked) == ["n1", "n2", "n3"]
    assert (written.by, written.node in ("n1", "n2")) == ("g1", True)
    assert gateway.status().owes == 1, "one home may still take it"


@simulated
async def test_a_read_returns_the_newest_of_those_that_answered(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    have(peers, n1=3, n2=7)
    peers.say("n3", SILENCE)
    result = await gateway.read(READ)
    assert (result.value, result.node, result.by, result.vector) == ("of 7", "n2", "g1", {"g2": 7})


@simulated
async def test_later_stamps_than_what_was_read(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    ahead = 2**52
    have(peers, n1=ahead, n2=ahead, n3=ahead)
    await gateway.read(READ)
    for node in ("n1", "n2", "n3"):
        peers.say(node, Stored(node=node))
    assert (await gateway.write(WRITE)).vector["g1"] > ahead


@simulated
async def test_too_few_and_nobody_knows(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("n1", Stored(node="n1"))
    error = await failure(gateway, WRITE)
    assert (error.kind.code, error.definite) == ("too-few-answers", False)
    assert (
        error.text == "1 of the 3 homes of 'x' answered, and 2 must; the write may have happened all the same"
    )


@simulated
async def test_silence_is_doubt(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("n1", SILENCE)
    assert not (await failure(gateway, WRITE)).definite


@simulated
async def test_if_every_home_refuses_it_has_not_happened(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    for node in ("n1", "n2", "n3"):
        peers.say(node, DEAD)
    error = await failure(gateway, WRITE)
    assert (error.kind.code, error.definite) == ("no-quorum", True)


@simulated
async def test_a_read_with_too_few_answers_is_refused(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    have(peers, n1=3)
    error = await failure(gateway, READ)
    assert (error.kind.code, error.definite) == ("no-quorum", True)
    assert error.text == "1 of the 3 homes of 'x' answered, and 2 must"


@simulated
async def test_a_request_may_say_how_many(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    have(peers, n1=3)
    assert (await gateway.read(READ, Wish(r=1))).value == "of 3"
    assert (await failure(gateway, READ, Wish(r=4))).text == "r is from 1 to 3, as a key has 3 homes; not 4"
    assert (await failure(gateway, WRITE, Wish(w=9))).kind.code == "bad-request"


@simulated
async def test_a_request_may_say_of_how_many(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    first, second, _ = ring_of(("n1", "n2", "n3")).preference("x", 3)
    for node in ("n1", "n2", "n3"):
        peers.say(node, Stored(node=node))
    await gateway.write(WRITE, Wish(n=2))
    assert sorted(peers.asked) == sorted((first, second))
    peers.sent.clear()
    assert (await gateway.write(WRITE, Wish(n=1))).node == first, "one home is enough where one is asked"
    assert peers.asked == [first]
    text = "n is from 1 to 3, as a key has 3 homes; not 4"
    assert (await failure(gateway, READ, Wish(n=4))).text == text
    assert (
        await failure(gateway, READ, Wish(n=2, r=3))
    ).text == "r is from 1 to 2, as a key has 2 homes; not 3"


@simulated
async def test_a_local_quorum_needs_a_home_nearby(peers: Peers) -> None:
    """It counted gateways as homes, and answered that none of none was too few."""
    settings = replace(SETTINGS, quorum="local", w=1, r=1, datacenters=(("n1", "g1"), ("n2", "n3")))
    text = "w is from 1 to 1, as a key has 1 home here; not 2"
    assert (await failure(gateway_of(peers, settings), WRITE, Wish(w=2))).text == text
    elsewhere = replace(settings, datacenters=(("n1", "n2", "n3"),))
    error = await failure(gateway_of(peers, elsewhere), WRITE)
    assert (error.kind.code, error.definite) == ("no-quorum", True)
    assert error.text == "no home of 'x' is in the datacenter of g1, and a local quorum counts no others"


@pytest.mark.parametrize("wish", [Wish(policy="leader"), Wish(replica="n1"), Wish(r=1)])
@simulated
async def test_wishes_that_a_write_cannot_have(peers: Peers, wish: Wish) -> None:
    gateway = gateway_of(peers, SETTINGS)
    assert (await failure(gateway, WRITE, wish)).kind.code == "bad-request"


@simulated
async def test_one_home_alone_can_be_asked(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    have(peers, n1=7, n2=3, n3=7)
    assert (await gateway.read(READ, Wish(replica="n2"))).value == "of 3"
    assert (await failure(gateway, READ, Wish(replica="n9"))).kind.code == "bad-request"


@simulated
async def test_whoever_had_less_is_repaired_behind_the_answer(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    have(peers, n1=7, n2=3, n3=None)
    await gateway.read(READ)
    await until(lambda: gateway.status().owes == 0)
    newest = StoreVersions(key="x", versions=(Version(Stamp(7, "g2"), "of 7"),))
    assert [(to, message) for to, message in peers.sent if isinstance(message, StoreVersions)] == [
        ("n2", newest),
        ("n3", newest),
    ]


@simulated
async def test_before_the_answer_enough_homes_have_it(peers: Peers) -> None:
    gateway = gateway_of(peers, replace(SETTINGS, read_repair="before"))
    have(peers, n1=7, n2=3)
    peers.say("n3", SILENCE)
    peers.say("n2", *peers.answers["n2"], SILENCE)
    assert (await failure(gateway, READ)).kind.code == "no-quorum"
    have(peers, n2=3)
    peers.say("n2", *peers.answers["n2"], Stored(node="n2"))
    assert (await gateway.read(READ)).value == "of 7"


@simulated
async def test_a_write_may_read_first(peers: Peers) -> None:
    gateway = gateway_of(peers, replace(SETTINGS, writes="read-first"))
    ahead = 2**52
    have(peers, n1=ahead, n2=ahead)
    for node in ("n1", "n2"):
        peers.say(node, *peers.answers[node], Stored(node=node))
    assert (await gateway.write(WRITE)).vector["g1"] > ahead


@simulated
async def test_a_deleted_key_is_not_found(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    gone = (Version(Stamp(9, "g1"), deleted=True),)
    have(peers, n1=3)
    peers.say("n2", Fetched(node="n2", versions=gone))
    result = await gateway.read(READ)
    assert (result.found, result.value) == (False, None)


@simulated
async def test_who_stops_leaves_nobody_waiting(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    peers.say("n1", SILENCE)
    peers.say("n2", SILENCE)
    peers.say("n3", SILENCE)
    waiting = asyncio.ensure_future(failure(gateway, WRITE))
    await asyncio.sleep(0)
    stopped_s = clock().monotonic()
    await gateway.stop()
    assert not (await waiting).definite
    assert clock().monotonic() == stopped_s, "it did not wait for the silent ones"


@pytest.mark.parametrize(
    ("n", "w", "r", "says"),
    [
        (3, 4, 2, r"w must be from 1 to n \(3\), not 4"),
        (3, 2, 0, r"r must be from 1 to n \(3\), not 0"),
        (0, 1, 1, "n is how many homes"),
    ],
)
def test_settings_that_cannot_be(n: int, w: int, r: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        LeaderlessSettings(n=n, w=w, r=r)


def test_more_homes_than_replicas() -> None:
    with pytest.raises(ValueError, match="5 homes"):
        LeaderlessSettings(n=5, w=3, r=3).check_fit(("n1", "n2", "n3"))


@simulated
async def test_one_home_gives_the_number_and_the_others_get_all_it_has(peers: Peers) -> None:
    gateway = gateway_of(peers, replace(SETTINGS, versions="dotted-vectors"))
    first, *others = ring_of(("n1", "n2", "n3")).preference("x", 3)
    held = (
        Version(Stamp(1, "g2"), "old", dot=Dot(first, 1)),
        Version(Stamp(2, "g1"), 1, dot=Dot(first, 2), past=Seen({"n9": 1})),
    )
    peers.say(first, Fetched(node=first, versions=held))
    for node in others:
        peers.say(node, Stored(node=node))
    written = await gateway.write(replace(WRITE, context='{"upto":{"n9":1}}'))
    assert written.node == first
    asked = [message for to, message in peers.sent if to == first]
    assert [message.seen for message in asked if isinstance(message, WriteVersion)] == [Seen({"n9": 1})]
    stored = StoreVersions(key="x", versions=held)
    assert [pair for pair in peers.sent if pair[0] != first] == [(node, stored) for node in others]


@simulated
async def test_after_doubt_no_other_home_gives_a_number(peers: Peers) -> None:
    gateway = gateway_of(peers, replace(SETTINGS, versions="dotted-vectors"))
    first, second, _ = ring_of(("n1", "n2", "n3")).preference("x", 3)
    peers.say(first, SILENCE)
    assert (await failure(gateway, WRITE)).kind.code == "too-few-answers"
    assert peers.asked == [first]
    await failure(gateway, WRITE)
    assert peers.asked[1] == second, "who was silent is asked last"


@simulated
async def test_siblings_come_with_what_stands_for_them(peers: Peers) -> None:
    gateway = gateway_of(peers, replace(SETTINGS, versions="dotted-vectors"))
    one, other = (Version(Stamp(at, "g1"), f"v{at}", dot=Dot(home, 1)) for at, home in ((1, "n1"), (2, "n2")))
    peers.say("n1", Fetched(node="n1", versions=(one,)))
    peers.say("n2", Fetched(node="n2", versions=(other,)))
    result = await gateway.read(READ)
    assert (result.found, result.value, result.siblings) == (True, None, ("v1", "v2"))
    assert from_context(result.context) == Seen({"n1": 1, "n2": 1})


@simulated
async def test_a_read_is_as_current_as_the_most_current_home_that_answered(peers: Peers) -> None:
    gateway = gateway_of(peers, SETTINGS)
    for node, behind_ms in (("n1", 700.0), ("n2", 300.0), ("n3", None)):
        peers.say(node, Fetched(node=node, behind_ms=behind_ms))
    both = await gateway.read(READ, Wish(r=3))
    assert both.behind_ms == 300.0
    page = exposition(gateway.status(), {}).decode()
    assert "lab_behind_seconds 0.3" in page and "lab_siblings_most 0" in page
    alone = await gateway.read(READ, Wish(replica="n3"))
    assert alone.behind_ms is None, "who does not know says nothing"
    assert "lab_behind_seconds 0" not in exposition(gateway.status(), {}).decode()
