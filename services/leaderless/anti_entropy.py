"""Anti-entropy: now and again two homes compare what they hold, and each takes what it lacks.

It heals keys that nobody reads and writes that no coordinator remembers. It has no order and needs no log:
two homes walk down their Merkle trees where these differ, and exchange the versions of the keys they find.
Each may be behind on some keys. A home can stay behind until it is next compared.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias, TypeVar

from services.errors import LabError
from services.leaderless.currency import Currency
from services.leaderless.merkle import Tree
from services.messages import Message
from services.messages.leaderless import (
    DEPTH,
    AskDigests,
    AskKeys,
    Digests,
    Exchange,
    Exchanged,
    Keys,
)
from services.messages.versions import Versions
from services.ports import Env
from services.replies import of_type
from services.settings.leaderless import LeaderlessSettings

TASK = "anti-entropy"
MOST_KEYS = 64  # in one exchange, so that the largest values fit into a message

Cells: TypeAlias = Mapping[str, Versions]
M = TypeVar("M", bound=Message)


class AntiEntropy:
    """The anti-entropy of one home.

    `tree_with` gives the tree over the keys it shares with a peer, `take` merges cells into its own, `look`
    returns what it has of a key, `say` writes a line into the log, `currency` is told of each comparison.
    """

    def __init__(
        self,
        env: Env,
        settings: LeaderlessSettings,
        peers: tuple[str, ...],
        tree_with: Callable[[str], Tree],
        look: Callable[[str], Versions],
        take: Callable[[Cells], Awaitable[Cells]],
        say: Callable[..., None],
        currency: Currency,
    ) -> None:
        self._env, self._settings, self._peers = env, settings, peers
        self._tree_with, self._look, self._take, self._say = tree_with, look, take, say
        self._currency = currency

    async def run(self) -> None:
        """Compare with each of the others in turn, for ever."""
        turn = 0
        while self._peers:
            await self._env.clock.sleep(self._settings.anti_entropy_ms / 1000)
            peer = self._peers[turn % len(self._peers)]
            turn += 1
            try:
                began_s = self._currency.moment()
                healed = await self.compare(peer)
            except LabError:
                continue  # it is away; its turn comes again
            self._currency.compared(peer, began_s, healed)
            if healed:
                self._say("anti-entropy", peer=peer, keys=healed)

    async def compare(self, peer: str) -> int:
        """Exchange what differs with `peer`; returns the number of keys. Raises `LabError`."""
        tree = self._tree_with(peer)
        places: tuple[int, ...] = (0,)
        for level in range(DEPTH):
            ask = AskDigests(node=self._env.node, level=level, places=places)
            places = tree.differing(level, places, (await self._call(peer, ask, Digests)).digests)
            if not places:
                return 0
        own = tree.keys_in(places)
        ask_keys = AskKeys(node=self._env.node, leaves=places)
        theirs = (await self._call(peer, ask_keys, Keys)).digests
        differing = sorted(key for key in {**own, **theirs} if own.get(key) != theirs.get(key))
        for at in range(0, len(differing), MOST_KEYS):
            cells = {key: self._look(key) for key in differing[at : at + MOST_KEYS]}
            await self._take((await self._call(peer, Exchange(cells=cells), Exchanged)).cells)
        return len(differing)

    async def on_ask_digests(self, message: AskDigests) -> Digests:
        """See the message."""
        below = self._tree_with(message.node).below(message.level, message.places)
        return Digests(digests=below)

    async def on_ask_keys(self, message: AskKeys) -> Keys:
        """See the message."""
        return Keys(digests=self._tree_with(message.node).keys_in(message.leaves))

    async def on_exchange(self, message: Exchange) -> Exchanged:
        """See the message."""
        return Exchanged(cells=dict(await self._take(message.cells)))

    async def _call(self, peer: str, message: Message, expected: type[M]) -> M:
        timeout_s = self._settings.call_timeout_ms / 1000
        return of_type(await self._env.network.call(peer, message, timeout_s), expected)
