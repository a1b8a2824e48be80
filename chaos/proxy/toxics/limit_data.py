"""Let so many bytes of each connection pass, then close it."""

from dataclasses import dataclass

from chaos.proxy.toxics.stage import Data, End, Stage


@dataclass(frozen=True)
class LimitDataAttributes:
    """Bytes per connection, counted from when the toxic reached it; kept over updates."""

    bytes: int = 0


class LimitData(Stage[LimitDataAttributes]):
    """Counts what passes."""

    default = LimitDataAttributes()
    _passed_bytes = 0

    def feed(self, data: Data) -> None:
        """Pass what is left of the allowance; with the last of it the connection ends."""
        left_bytes = max(0, self.attributes.bytes - self._passed_bytes)
        allowed = data[:left_bytes]
        self._passed_bytes += len(allowed)
        if allowed:
            super().feed(allowed)
        if left_bytes <= len(data):
            self.end(End.CLOSE)
