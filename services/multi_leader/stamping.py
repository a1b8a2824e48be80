"""By which clock a leader stamps: a hybrid one, or for demonstration the wall clock alone, right or wrong."""

from services.ports import Env
from services.settings.multi_leader import MultiLeaderSettings
from services.versions.hybrid_clock import HybridClock, clock_for_stamps


def stamps_of(env: Env, settings: MultiLeaderSettings) -> HybridClock:
    """The clock of the node `env` is of."""
    ahead_s = settings.clocks_off_s.get(env.node, 0.0)
    return clock_for_stamps(env.clock.wall, ahead_s, heeds_others=settings.clock == "hybrid")
