"""By which clock a leader stamps: a hybrid one, or for demonstration the wall clock alone, right or wrong."""

from services.ports import Env
from services.settings.multi_leader import MultiLeaderSettings
from services.versions.hybrid_clock import HybridClock, WallClock


def stamps_of(env: Env, settings: MultiLeaderSettings) -> HybridClock:
    """The clock of the node `env` is of."""
    ahead_s = settings.clocks_off_s.get(env.node, 0.0)
    clock = HybridClock if settings.clock == "hybrid" else WallClock
    return clock(lambda: env.clock.wall() + ahead_s)
