"""Who may talk to a node: tables of hosts and origins."""

import pytest

from services.adapters.guards import allowed_names, check_host, check_origin, limited, read_headers
from services.errors import LabError
from services.settings import NodeSettings

SETTINGS = NodeSettings(
    node="g1",
    role="gateway",
    replicas=("n1", "n2"),
    gateways=("g1",),
    links={},
    data_dir="unused",  # type: ignore[arg-type]
    token="t",
    allowed_hosts=("lab.example",),
)
NAMES = allowed_names(SETTINGS)


def refusal(*headers: tuple[bytes, bytes]) -> str | None:
    request = read_headers(headers)
    try:
        check_host(request.hosts, NAMES)
        check_origin(request)
    except LabError as error:
        return error.kind.code
    return None


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "127.1.2.3:65535", "[::1]", "[::1]:80"),
        *("g1:7000", "n2", "toxiproxy:21003", "controller:7000", "Lab.Example:80"),
    ],
)
def test_own_names_pass(host: str) -> None:
    assert refusal((b"host", host.encode())) is None


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8080"),
        *("localhost@evil.example", "localhost:evil", "[::2]", "n3", "n1.", "128.0.0.1", "localhost:1:2"),
        *("localhost\n", "127.0.0.1 ", "0.0.0.0"),
    ],
)
def test_foreign_names_do_not(host: str) -> None:
    assert refusal((b"host", host.encode())) == "forbidden-host"


def test_one_host_header_exactly() -> None:
    assert refusal() == "forbidden-host"
    assert refusal((b"host", b"localhost"), (b"host", b"localhost")) == "forbidden-host"


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("localhost:8080", "http://localhost:8080", None),
        ("[::1]:8080", "http://[::1]:8080", None),
        ("localhost:8080", "http://localhost:3000", "forbidden-origin"),
        ("localhost:8080", "http://127.0.0.1:8080", "forbidden-origin"),
        ("localhost:8080", "https://localhost:8080", "forbidden-origin"),
        ("localhost:8080", "null", "forbidden-origin"),
        ("localhost:8080", "", "forbidden-origin"),
        ("n1:7000", "http://n1:7000", "forbidden-origin"),
        ("localhost:8080", "http://evil.example", "forbidden-origin"),
    ],
)
def test_only_the_lab_itself_is_an_origin(host: str, origin: str, expected: str | None) -> None:
    assert refusal((b"host", host.encode()), (b"origin", origin.encode())) == expected


async def test_the_limit_is_exact() -> None:
    parts = iter([b"12345", b"67890", b"!"])

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": next(parts), "more_body": True}

    counted = limited(receive, 10)
    await counted()
    await counted()
    with pytest.raises(LabError, match="too-large"):
        await counted()
