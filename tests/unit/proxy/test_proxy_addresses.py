"""Addresses, in both directions, with errors in Go's words."""

import pytest

from chaos.proxy.addresses import AddressError, bound, join, listen, resolve, split

GOOD = [
    ("127.0.0.1:80", "127.0.0.1", 80),
    ("host.example:0", "host.example", 0),
    (":8474", "", 8474),
    ("[::1]:65535", "::1", 65535),
]
BAD = [
    ("host", "address host: missing port in address"),
    ("[::1]", "address [::1]: missing port in address"),
    ("::1:80", "address ::1:80: too many colons in address"),
    ("host:65536", "address 65536: invalid port"),
    ("host:-1", "address -1: invalid port"),
    ("host:٣", "address ٣: invalid port"),
]


@pytest.mark.parametrize(("address", "host", "port"), GOOD)
def test_split_and_join(address: str, host: str, port: int) -> None:
    assert split(address) == (host, port)
    assert join(host, port) == address


def test_no_port_is_any_port() -> None:
    assert split("host:") == ("host", 0)


@pytest.mark.parametrize(("address", "words"), BAD)
def test_bad_addresses(address: str, words: str) -> None:
    with pytest.raises(AddressError) as error:
        split(address)
    assert str(error.value) == words


async def test_localhost_is_ipv4_first() -> None:
    assert str(await resolve("localhost:80")) == "127.0.0.1:80"


async def test_an_unknown_host_is_named() -> None:
    with pytest.raises(AddressError, match=r"^listen tcp: lookup no\.such\.host\.invalid: no such host$"):
        await listen("no.such.host.invalid:80")


@pytest.mark.parametrize(("address", "host"), [("", "127.0.0.1"), ("127.0.0.1:0", "127.0.0.1")])
async def test_a_free_port_is_found(address: str, host: str) -> None:
    with await listen(address) as listener:
        assert split(bound(listener))[0] == host
        assert split(bound(listener))[1] > 0
