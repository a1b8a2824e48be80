"""Trees: equal roots mean equal contents, what differs is found, and the rest is not talked about."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.leaderless.anti_entropy import AntiEntropy, Cells
from services.leaderless.currency import Currency
from services.leaderless.merkle import Tree, digest_of
from services.messages import AskNotes, Message, Notes, decode, encode
from services.messages.leaderless import DEPTH, AskDigests, AskKeys, Exchange
from services.messages.versions import Stamp, Version, Versions
from services.settings.leaderless import LeaderlessSettings
from services.versions.merging import last_write_wins

contents = st.dictionaries(st.text(max_size=4), st.integers(0, 3), max_size=40)


def tree(held: Mapping[str, object]) -> Tree:
    return Tree({key: digest_of(key, str(value)) for key, value in held.items()})


@given(contents, contents)
def test_equal_roots_are_equal_contents(one: dict[str, int], other: dict[str, int]) -> None:
    assert (tree(one).root == tree(other).root) == (one == other)
    backwards = dict(reversed(one.items()))
    assert tree(backwards).root == tree(one).root


@given(contents, contents)
def test_the_way_down_leads_to_all_that_differs(one: dict[str, int], other: dict[str, int]) -> None:
    places: tuple[int, ...] = (0,)
    for level in range(DEPTH):
        places = tree(one).differing(level, places, tree(other).below(level, places))
    here, there = tree(one).keys_in(places), tree(other).keys_in(places)
    found = {key for key in {**here, **there} if here.get(key) != there.get(key)}
    assert found == {key for key in {**one, **other} if one.get(key) != other.get(key)}


class Homes:
    """Two of them, which ask each other; `sent` counts bytes."""

    def __init__(self, *held: dict[str, Versions]) -> None:
        self.held = {f"n{number}": dict(cells) for number, cells in enumerate(held, 1)}
        self.sent = 0
        self.parts = {name: self._part(name) for name in self.held}

    def _part(self, name: str) -> AntiEntropy:
        cells = self.held[name]

        async def take(others: Cells) -> Cells:
            for key, versions in others.items():
                cells[key] = last_write_wins(cells.get(key, ()), versions)
            return {key: cells[key] for key in others}

        env: Any = SimpleNamespace(node=name, network=self)
        peers = tuple(other for other in self.held if other != name)
        look = lambda key: cells.get(key, ())  # noqa: E731
        say = lambda *_, **__: None  # noqa: E731
        currency = Currency(lambda: 0.0, peers, w=1)
        return AntiEntropy(env, LeaderlessSettings(), peers, lambda _: tree(cells), look, take, say, currency)

    def traffic(self) -> Mapping[str, tuple[int, int]]:
        return {}

    def notes(self, asked: AskNotes) -> Notes:
        raise NotImplementedError

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        part = self.parts[to]
        answers: Any = {
            AskDigests: part.on_ask_digests,
            AskKeys: part.on_ask_keys,
            Exchange: part.on_exchange,
        }
        reply: Message = await answers[type(message)](decode(encode(message)))
        self.sent += len(encode(message)) + len(encode(reply))
        return reply


cells = st.dictionaries(
    st.text(max_size=3), st.integers(0, 3).map(lambda at: (Version(Stamp(at, "g1"), at),)), max_size=30
)


@given(cells, cells)
def test_two_homes_come_to_hold_the_newest_of_both(
    one: dict[str, Versions], other: dict[str, Versions]
) -> None:
    homes = Homes(one, other)
    healed = asyncio.run(homes.parts["n1"].compare("n2"))
    together = {key: last_write_wins(one.get(key, ()), other.get(key, ())) for key in {**one, **other}}
    assert homes.held == {"n1": together, "n2": together}
    assert healed == sum(one.get(key) != other.get(key) for key in together)
    assert asyncio.run(homes.parts["n2"].compare("n1")) == 0


def test_what_is_sent_goes_by_what_differs() -> None:
    all_: dict[str, Versions] = {
        f"key-{number}": (Version(Stamp(1, "g1"), number),) for number in range(2000)
    }

    def bytes_for(differing: int) -> int:
        homes = Homes(all_, dict(list(all_.items())[differing:]))
        asyncio.run(homes.parts["n1"].compare("n2"))
        return homes.sent

    equal, few, more, everything = (bytes_for(count) for count in (0, 4, 40, 2000))
    assert equal < 500, "one question and its answer"
    assert few < everything / 20
    assert 5 * few < more < everything / 3
