"""A cluster without a leader, to the lab: it has no roles to aim at, and no one to promote."""

from chaos.targets.target import Target
from services.messages import Status
from services.messages.detail import detail_of
from services.messages.leaderless import HomeStatus


class Leaderless(Target):
    """See `Target`."""

    def has_begun(self, account: Status) -> bool:
        """See `Target`: it holds something."""
        return detail_of(account.detail, HomeStatus).keys > 0


TARGET = Leaderless
