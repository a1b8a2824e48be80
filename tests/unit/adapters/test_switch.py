"""A power switch by itself: what it obeys, whom it refuses, and that it never runs where it could do harm."""

import socket

import httpx
import pytest

from services.adapters import switch
from services.adapters.guards import Guards
from services.adapters.power import NamespacePower
from services.messages import AskStatus, Message, PoweredOff, PowerOff, decode, encode, kind_of
from services.messages.single_leader import Heartbeat
from services.power import PowerSwitch
from services.settings import NodeSettings

SETTINGS = NodeSettings(
    node="n1",
    role="switch",
    replicas=("n1",),
    gateways=(),
    links={},
    data_dir="unused",  # type: ignore[arg-type]
    token="secret",
)
TOKEN = {"Authorization": "Bearer secret"}
ORDER = PowerOff(by="controller", reason="n2 silent 1.0 s")


class Machine:
    """On, until its power is cut; `lines` is what its switch has logged."""

    def __init__(self) -> None:
        self.is_on = True
        self.lines: list[tuple[str, dict[str, object]]] = []

    async def cut(self) -> bool:
        was_on, self.is_on = self.is_on, False
        return was_on

    def event(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))


def client_of(machine: Machine) -> httpx.AsyncClient:
    application = switch.switch_application(PowerSwitch("n1", machine, machine))
    transport = httpx.ASGITransport(app=Guards(application, SETTINGS, machine))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def asked(machine: Machine, message: Message, **headers: str) -> httpx.Response:
    async with client_of(machine) as client:
        path = f"/messages/{kind_of(message)}"
        return await client.post(path, content=encode(message), headers={**TOKEN, **headers})


async def test_it_ends_what_runs_and_says_once_by_whose_order_and_why() -> None:
    machine = Machine()
    replies = [decode((await asked(machine, ORDER)).content) for _ in range(2)]
    assert replies == [PoweredOff(node="n1", was_running=True), PoweredOff(node="n1", was_running=False)]
    assert not machine.is_on
    fields = {"role": "switch", "by": "controller", "reason": "n2 silent 1.0 s"}
    assert machine.lines == [("powered-off", fields)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer guess"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
    ],
)
async def test_it_obeys_nobody_else(headers: dict[str, str], status: int) -> None:
    machine = Machine()
    response = await asked(machine, ORDER, **headers)
    assert response.status_code == status
    assert machine.is_on and not machine.lines


async def test_to_look_at_it_changes_nothing() -> None:
    machine = Machine()
    assert (await asked(machine, AskStatus())).status_code == 200
    async with client_of(machine) as client:
        assert (await client.get("/health")).json() == {"status": "ok", "role": "switch"}
    assert machine.is_on


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("GET", "/messages/power-off", b"", "wrong-method"),
        ("POST", "/messages/heartbeat", encode(Heartbeat(epoch=1, leader=None)), "no-such-route"),
        ("POST", "/messages/power-off", encode(AskStatus()), "bad-request"),
        ("POST", "/messages/power-off", b"\xff", "bad-request"),
        ("POST", "/messages/power-off", b'{"kind":"power-off"}', "bad-request"),
    ],
)
async def test_what_is_no_order_is_refused(method: str, path: str, body: bytes, error: str) -> None:
    machine = Machine()
    async with client_of(machine) as client:
        response = await client.request(method, path, content=body, headers=TOKEN)
    assert response.json()["error"] == error
    assert machine.is_on


async def test_it_answers_at_a_socket() -> None:
    machine = Machine()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    server = await switch.serve(PowerSwitch("n1", machine, machine), SETTINGS, machine, listener)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
        for _ in range(2):  # on one connection
            response = await client.post("/messages/power-off", content=encode(ORDER), headers=TOKEN)
            assert response.status_code == 200
    server.close()
    assert not machine.is_on


def test_where_it_is_not_the_first_process_it_does_not_even_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(OSError, match="kills every process that it can see"):
        NamespacePower()
    assert switch.run(SETTINGS) == 2
    assert "only runs as process 1 of a container" in capsys.readouterr().err
