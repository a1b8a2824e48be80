"""What a client says over HTTP is what the gateway hears, and the reply comes back whole.

The client's half (`chaos.runtimes.rest`) against the gateway's own application; only what stands behind
that is a recorder here.
"""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.runtimes.rest import reply_to, request_of
from chaos.workloads.client import ClientError
from services.adapters.gateway_http import gateway_application
from services.errors import KINDS as KINDS_OF_ERRORS
from services.errors import LabError
from services.family import NO_WISH, Wish
from services.messages import (
    AskStatus,
    Cached,
    CacheGet,
    CachePut,
    Execute,
    Executed,
    Message,
    Operation,
    Position,
    Read,
    ReadResult,
    Write,
    Written,
)
from services.messages.multi_leader import AskConflicts, InConflict, Kept, Step, Transact, Transacted
from services.messages.records import Statement
from services.messages.sql import ResultSet
from services.settings import NodeSettings
from services.single_leader.door.routing import MODES


class Recorder:
    """In a gateway's place: keeps what it was asked, and answers as it was told to."""

    def __init__(self) -> None:
        self.reply: Message | LabError = Cached(node="cache", found=False)
        self.heard, self.wish = Message(), NO_WISH

    async def handle(self, message: Message, wish: Wish = NO_WISH) -> Message:
        self.heard, self.wish = message, wish
        if isinstance(self.reply, LabError):
            raise self.reply
        return self.reply

    write = read = execute = cached = handle


SETTINGS = NodeSettings(
    node="g1",
    role="gateway",
    replicas=("n1", "n2"),
    gateways=("g1",),
    links={},
    data_dir=Path(),
    token="secret",
)
RECORDER = Recorder()
APPLICATION = gateway_application(RECORDER, SETTINGS)  # type: ignore[arg-type]


def said(message: Message, reply: Message | LabError) -> tuple[Recorder, Message]:
    """What the gateway heard, and what the client understood. Raises `ClientError`."""
    RECORDER.reply = reply
    method, path, body, headers = request_of(message)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(APPLICATION)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            content = None if body is None else msgspec.json.encode(body)
            return await client.request(method, path, content=content, headers=headers)

    response = asyncio.run(send())
    return RECORDER, reply_to(message, response.status_code, response.headers, response.content)


KEYS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=30)
POSITIONS = st.builds(Position, st.integers(1, 99), st.integers(1, 9999))
TOKENS = (
    st.just(()) | POSITIONS.map(lambda each: (each,)) | st.lists(POSITIONS, min_size=2, max_size=3).map(tuple)
)
COUNTS = st.none() | st.integers(1, 9)
OPERATIONS = st.builds(Operation, st.sampled_from(["put", "add"]), KEYS, VALUES) | st.builds(
    Operation, st.just("delete"), KEYS
)
KINDS = st.sampled_from(["register", "set"])
WHO: dict[str, Any] = {"session": st.none() | VISIBLE, "token": TOKENS, "n": COUNTS}
SAID = st.one_of(
    st.builds(Write, operation=OPERATIONS, context=st.just("") | VISIBLE, w=COUNTS, **WHO),
    st.builds(lambda key, kind, **more: Read(key=key, type=kind, **more), KEYS, KINDS, r=COUNTS, **WHO),
    st.just(Transact(steps=(Step("append", "x", 1), Step("read", "y")))),
    st.builds(AskConflicts, key=KEYS),
    st.builds(CacheGet, key=KEYS),
    st.builds(CachePut, key=KEYS, value=VALUES),
)
ANY: dict[type[Message], Message] = {
    Write: Written(node="n1"),
    Read: ReadResult(node="n1", found=True, value=[]),
    Transact: Transacted(node="n1", vector={}, results=[]),
    AskConflicts: InConflict(node="n1", vector={}, shown=[]),
    **dict.fromkeys((CacheGet, CachePut), Cached(node="cache", found=False)),
}
NEWER, OLDER = Kept("n1", 5, "C"), Kept("n2", 4, "B")
VECTORS = st.dictionaries(st.sampled_from(["n1", "n2"]), st.integers(1, 99), min_size=1)
PLACES = st.builds(lambda position: {"epoch": position.epoch, "position": position}, POSITIONS) | st.builds(
    lambda vector: {"vector": vector}, VECTORS
)
SIGNED = {
    "token": TOKENS,
    "partition": st.none() | st.integers(1, 3),
    "context": st.just("") | VISIBLE,
    "by": st.none() | st.just("n3"),
    "stand_ins": st.just({}) | st.just({"n1": "n2"}),
}


@given(SAID)
def test_what_is_said_is_heard(message: Message) -> None:
    recorder, _ = said(message, ANY[type(message)])
    assert recorder.heard == message


@given(st.sampled_from(["leader", "any", "bounded", None]))
def test_a_transaction_of_statements_is_heard(policy: Any) -> None:
    message = Execute(
        statements=(Statement("select 1", (1, "a", None)),), mode=MODES[policy] if policy else None
    )
    reply = Executed(node="n1", epoch=2, position=Position(2, 7), results=(ResultSet(("a",), ((1,),), 0, 3),))
    recorder, understood = said(message, reply)
    assert isinstance(recorder.heard, Execute)
    assert recorder.heard.statements == message.statements
    assert recorder.wish.policy == policy
    assert understood == reply


@given(PLACES, st.fixed_dictionaries(SIGNED), st.integers(0, 2))
def test_an_acknowledgement_comes_back_whole(place: Any, signed: Any, hints: int) -> None:
    reply = Written(node="n1", hints=hints, **place, **signed)
    assert said(Write(operation=Operation("put", "x", 1)), reply)[1] == reply


@given(PLACES, st.fixed_dictionaries(SIGNED), VALUES, st.none() | st.integers(0, 99))
def test_a_value_comes_back_whole(place: Any, signed: Any, value: Any, behind_ms: Any) -> None:
    reply = ReadResult(node="n1", found=True, value=value, behind_ms=behind_ms, **place, **signed)
    assert said(Read(key="x"), reply)[1] == reply
    elements = ReadResult(node="n1", found=True, value=[value], behind_ms=behind_ms, **place, **signed)
    assert said(Read(key="x", type="set"), elements)[1] == elements


@given(PLACES, st.fixed_dictionaries(SIGNED), st.lists(VALUES, min_size=2, max_size=3))
def test_siblings_come_back_whole(place: Any, signed: Any, siblings: Any) -> None:
    reply = ReadResult(node="n1", found=True, siblings=tuple(siblings), **place, **signed)
    assert said(Read(key="x"), reply)[1] == reply


@given(PLACES, st.fixed_dictionaries(SIGNED))
def test_that_nothing_is_there_comes_back(place: Any, signed: Any) -> None:
    reply = ReadResult(node="n1", found=False, **place, **signed)
    understood = said(Read(key="x"), reply)[1]
    assert isinstance(understood, ReadResult)
    assert (understood.found, understood.value) == (False, None)
    assert (understood.node, understood.token) == (reply.node, reply.token)


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (Transact(steps=(Step("read", "x"),)), Transacted(node="n1", vector={"n1": 3}, results=[[1]])),
        (AskConflicts(key="x"), InConflict(node="n1", vector={"n1": 3}, shown=[])),
        (
            AskConflicts(key="x"),
            InConflict(
                node="n1",
                vector={},
                shown=["B", "C"],
                winner=Kept("n1", 5, "C"),
                losers=(Kept("n2", 4, "B"),),
            ),
        ),
        (CacheGet(key="x"), Cached(node="cache", found=False)),
        (CacheGet(key="x"), Cached(node="cache", found=True, value={"a": 1})),
        (CachePut(key="x", value=1), Cached(node="cache", found=False)),
    ],
)
def test_other_replies_come_back_whole(message: Message, reply: Message) -> None:
    assert said(message, reply)[1] == reply


@given(SAID, st.sampled_from([*KINDS_OF_ERRORS]))
def test_a_refusal_keeps_its_code_and_whether_it_is_definite(message: Message, code: str) -> None:
    if code == "no-such-key":
        return  # to a reader that is an answer
    with pytest.raises(ClientError) as caught:
        said(message, LabError(code, "why"))
    assert caught.value.code == code
    assert caught.value.definite == LabError(code, "why").definite


def test_what_clients_cannot_say_is_not_sent() -> None:
    with pytest.raises(TypeError, match="no client says"):
        request_of(AskStatus())


@pytest.mark.parametrize("key", [".", "..", "...", "a/../b", "%2E", "?x=1", "#", " ", "ü"])
def test_a_key_is_never_a_path(key: str) -> None:
    """Whoever sends a path resolves its dots first."""
    recorder, _ = said(Read(key=key), ANY[Read])
    assert recorder.heard == Read(key=key)
