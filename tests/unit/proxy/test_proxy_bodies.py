"""Bodies made to break a parser: every one is a clean refusal or a clean value."""

import json

import pytest

from chaos.proxy.bodies import changed_toxic, new_proxies, new_proxy, new_toxic
from chaos.proxy.errors import ApiError
from chaos.proxy.metrics import Labels, Metrics
from chaos.proxy.records import ProxySettings

BREAKERS = [
    b"[" * 100_000,
    b'{"name":' * 100_000,
    b"9" * 10_000,
    b'{"name":"a","upstream":"a:1","enabled":' + b"9" * 10_000 + b"}",
    b"NaN",
    b'{"name":Infinity}',
    b"\x00",
    b'"text"',
    b"1.5",
    b'{"name":"unterminated',
]


@pytest.mark.parametrize("body", BREAKERS, ids=lambda body: repr(body[:20]))
def test_breakers_are_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as error:
        new_proxy(body)
    assert error.value.status == 400
    assert len(error.value.message) < 300


def test_broken_text_becomes_valid_text() -> None:
    settings, _ = new_proxy(b'{"name":"\\ud800\xff","upstream":"a:1"}')
    assert settings == ProxySettings("��", "", "a:1")


def test_nothing_to_populate() -> None:
    assert new_proxies(b"[]") == new_proxies(b"null") == []


def test_a_toxics_whole_number_of_toxicity_stays_whole() -> None:
    toxic = new_toxic(b'{"type":"noop"}', taken=())
    assert json.dumps(toxic.as_json()["toxicity"]) == "1"
    assert changed_toxic(b'{"toxicity":0.5}', toxic).toxicity == 0.5


def test_labels_are_escaped() -> None:
    metrics = Metrics()
    metrics.count(Labels("upstream", "a:1", 'quote " backslash \\ line \n', "b:1")).received += 1
    assert 'proxy="quote \\" backslash \\\\ line \\n"' in metrics.exposition()
