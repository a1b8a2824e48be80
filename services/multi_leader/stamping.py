"""Which clock a leader stamps with: a hybrid one or, for demonstration, the wall clock, right or wrong."""

from services.ports import Env
from services.settings.multi_leader import MultiLeaderSettings
from services.versions.hybrid_clock import HybridClock, clock_for_stamps


def stamps_of(env: Env, settings: MultiLeaderSettings) -> HybridClock:
    """The stamp clock of the node that `env` belongs to."""
    ahead_s = settings.clocks_off_s.get(env.node, 0.0)
    return clock_for_stamps(env.clock.wall, ahead_s, heeds_others=settings.clock == "hybrid")
