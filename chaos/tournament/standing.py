"""How each resolver stands: the recorded writes replayed through all of them, and what each made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from chaos.tournament.interleaving import torn_apart
from chaos.tournament.recorded import Write
from chaos.tournament.replay import replay
from chaos.tournament.score import score
from services.settings.multi_leader import Conflicts


@dataclass(frozen=True)
class Standing:
    """What one resolver made of `told` acknowledged writes; `torn` are pairs of lines that were torn apart.

    `bytes` is what the leader keeps that keeps most.
    """

    resolver: str
    converged: bool
    told: int
    lost: int
    intents_kept: int
    torn: int
    bytes: int


def standing(writes: Sequence[Write], name: Conflicts, seed: int) -> Standing:
    """That of one resolver."""
    replayed = replay(writes, name, seed)
    points = score(writes, replayed)
    first = next(iter(replayed.shown.values()))
    return Standing(
        resolver=name,
        converged=replayed.converged,
        told=points.told,
        lost=points.lost,
        intents_kept=points.intents_kept,
        torn=torn_apart(writes, first),
        bytes=replayed.kept_bytes,
    )


def resolvers() -> Iterator[Conflicts]:
    """Their names."""
    yield from get_args(Conflicts)
