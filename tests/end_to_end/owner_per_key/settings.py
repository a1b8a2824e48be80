"""The settings of a family in which each key has one owner."""

from services.settings.common import CommonSettings


class OwnerPerKeySettings(CommonSettings, frozen=True, kw_only=True, tag="owner-per-key"):
    """`durable`: is a write on the owner's disk before it is acknowledged?"""

    durable: bool = True

    @property
    def converges(self) -> bool:
        """See `CommonSettings`: nobody holds what another does."""
        return False


SETTINGS = OwnerPerKeySettings
