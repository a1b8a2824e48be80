"""The settings of leaderless replication: how many homes a key has, and how many must answer."""

from collections.abc import Sequence

from services.settings.common import CommonSettings


class LeaderlessSettings(CommonSettings, frozen=True, kw_only=True, tag="leaderless"):
    """A key lies on `n` replicas, its homes. A write needs `w` of them, a read `r`, or as a request says.

    With w + r > n the homes that answer a read overlap with those that took a write.
    """

    n: int = 3
    w: int = 2
    r: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n < 1:
            raise ValueError(f"n is how many homes a key has, at least 1, not {self.n}")
        for name, count in (("w", self.w), ("r", self.r)):
            if not 1 <= count <= self.n:
                raise ValueError(f"{name} must be from 1 to n ({self.n}), not {count}")

    @property
    def converges(self) -> bool:
        """See `CommonSettings`: nothing repairs a home that missed a write."""
        return False

    def check_fit(self, replicas: Sequence[str], consumers: Sequence[str] = ()) -> None:
        """See `CommonSettings`."""
        super().check_fit(replicas, consumers)
        if self.n > len(replicas):
            raise ValueError(
                f"a key cannot have {self.n} homes (n) among {len(replicas)} replicas; "
                f"take an n of at most {len(replicas)}"
            )


SETTINGS = LeaderlessSettings
