"""Mistakes in the ways of changes; a death among five leaders must show each of them."""

from typing import Any
from unittest.mock import patch

from services.multi_leader.exchange import Exchange
from services.multi_leader.member import Member
from tests.bugs.planted import Hunt, bug, by_script

REROUTED = Hunt("topologies:ring-rerouted", "missed-change", by_script)


@bug(REROUTED)
def nobody_notices_that_a_neighbour_is_gone() -> Any:
    return patch.object(Exchange, "is_gone", False)


@bug(REROUTED)
def a_leader_of_a_ring_hands_on_its_own_changes_alone() -> Any:
    def own(self: Member, peer: str) -> tuple[str, ...]:
        return (self._env.node,) if peer in self.routes() else ()

    return patch.object(Member, "_origins_for", own)
