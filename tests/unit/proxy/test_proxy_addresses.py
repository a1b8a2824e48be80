"""Addresses, in both directions, with errors in Go's words."""

import pytest

from chaos.proxy.addresses import AddressError, bound, join, listen, resolve, split

GOOD = [
    ("127.0.0.1:80", "127.0.0.1", 80),
    ("host.example:0", "host.example", 0),
    (":8474", "", 8474),
    ("[::1]:65535", "::1", 65535),
]
OTHER_PORTS = [
    ("host:", 0),  # any
    ("host:http", 80),
    ("host:HTTP", 80),
    ("host:+80", 80),
]
BAD = [
    ("host", "address host: missing port in address"),
    ("[::1]", "address [::1]: missing port in address"),
    ("::1:80", "address ::1:80: too many colons in address"),
    ("host:65536", "address 65536: invalid port"),
    ("host:-1", "address -1: invalid port"),
    ("host:٣", "lookup tcp/٣: unknown port"),
    ("host:no-such-service", "lookup tcp/no-such-service: unknown port"),
]


@pytest.mark.parametrize(("address", "host", "port"), GOOD)
def test_split_and_join(address: str, host: str, port: int) -> None:
    assert split(address) == (host, port)
    assert join(host, port) == address


@pytest.mark.parametrize(("address", "port"), OTHER_PORTS)
def test_ports_may_be_names_of_services(address: str, port: int) -> None:
    assert split(address) == ("host", port)


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


@pytest.mark.parametrize("host", ["127.1", "127.0.0.01", "0x7f.1", "2130706433"])
async def test_what_only_c_takes_for_an_address_is_none(host: str) -> None:
    with pytest.raises(AddressError, match=f"lookup {host}: no such host"):
        await resolve(f"{host}:80")


@pytest.mark.parametrize(("address", "host"), [("", "127.0.0.1"), ("127.0.0.1:0", "127.0.0.1")])
async def test_a_free_port_is_found(address: str, host: str) -> None:
    with await listen(address) as listener:
        assert split(bound(listener))[0] == host
        assert split(bound(listener))[1] > 0
