"""A multi-leader cluster, to the lab: everybody leads, so nobody is to be aimed at by role."""

from chaos.targets.target import Target
from services.messages import Status


class MultiLeader(Target):
    """See `Target`."""

    def has_begun(self, account: Status) -> bool:
        """See `Target`: it has taken a change."""
        return bool(account.mark)


TARGET = MultiLeader
