"""How two replicas' versions of one key are merged, if no node has put the writes into an order.

There are three ways to say which version replaces which. Each says how a home takes a new write (`written`),
and how the versions of two homes are merged (`merged`). The result must not depend on who hears of what in
which order, or how often.

- *Last write wins*: the newest stamp stays, and all others are dropped without a trace.
- *Plain version vectors* (Dynamo, Riak before 2.0): one vector for all siblings of a key. A write whose
  context is not the very newest counts as concurrent with all of them: it is added, and even versions that
  its writer had seen stay. Replaced versions may come back if homes hear of them in another order.
- *Dotted version vectors*: each sibling has its own dot, so a write replaces exactly what its writer saw.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from msgspec.structs import replace

from services.messages.versions import NOTHING, Dot, Seen, Version, Versions
from services.versions.seen import has, includes, joined, newest_number, of_versions


class Merging(Protocol):
    """One of the ways; `numbers` says whether a home has to number each write first."""

    numbers: bool

    def written(self, held: Versions, version: Version, context: Seen, home: str) -> Versions:
        """What `home`, which has `held`, has after a writer that knew `context` wrote `version` there."""

    def merged(self, one: Versions, other: Versions) -> Versions:
        """Both merged, in an order that depends only on the versions."""


class LastWriteWins:
    """See above."""

    numbers = False

    def written(self, held: Versions, version: Version, context: Seen, home: str) -> Versions:
        """See `Merging`."""
        return self.merged(held, (version,))

    def merged(self, one: Versions, other: Versions) -> Versions:
        """See `Merging`."""
        return in_order((*one, *other))[-1:]


class PlainVectors:
    """See above; all siblings of a key have the same `past`, which is the key's vector."""

    numbers = True

    def written(self, held: Versions, version: Version, context: Seen, home: str) -> Versions:
        """See `Merging`."""
        vector = held[0].past if held else NOTHING
        number = newest_number(home, (vector, context)) + 1
        now = Seen(dict(sorted({**joined(vector, context).upto, home: number}.items())))
        stay = () if includes(context, vector) else held
        return in_order(replace(each, past=now) for each in (*stay, version))

    def merged(self, one: Versions, other: Versions) -> Versions:
        """See `Merging`."""
        mine, theirs = (versions[0].past if versions else NOTHING for versions in (one, other))
        if includes(mine, theirs) and includes(theirs, mine):
            return in_order((*one, *other))
        if includes(mine, theirs):
            return one
        if includes(theirs, mine):
            return other
        both = joined(mine, theirs)
        return in_order(replace(each, past=both) for each in (*one, *other))


class DottedVectors:
    """See above."""

    numbers = True

    def written(self, held: Versions, version: Version, context: Seen, home: str) -> Versions:
        """See `Merging`."""
        number = newest_number(home, (of_versions(held), context)) + 1
        return self.merged(held, (replace(version, dot=Dot(home, number), past=context),))

    def merged(self, one: Versions, other: Versions) -> Versions:
        """See `Merging`."""
        everything = in_order((*one, *other))
        return tuple(each for each in everything if not any(_replaces(later, each) for later in everything))


def _replaces(later: Version, earlier: Version) -> bool:
    return earlier.dot is not None and has(later.past, earlier.dot)


def in_order(versions: Iterable[Version]) -> Versions:
    """Each version once, by stamp."""
    return tuple(each for _, each in sorted({version.stamp: version for version in versions}.items()))


MERGING: Mapping[str, Merging] = {
    "last-write-wins": LastWriteWins(),
    "vectors": PlainVectors(),
    "dotted-vectors": DottedVectors(),
}
last_write_wins = MERGING["last-write-wins"].merged
