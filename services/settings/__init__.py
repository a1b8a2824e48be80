"""Settings: read once, checked once, frozen. Where a node lives, what families share, what each adds."""

from services.settings.common import CommonSettings
from services.settings.node import NodeSettings, settings_from
from services.settings.of_families import AnySettings, settings_of
from services.settings.single_leader import SingleLeaderSettings

__all__ = ["USUAL", "AnySettings", "CommonSettings", "NodeSettings", "settings_from", "settings_of"]

USUAL: CommonSettings = SingleLeaderSettings()  # of a cluster without other settings
