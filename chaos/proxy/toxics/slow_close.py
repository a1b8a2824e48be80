"""Let data pass at once and the end of the connection only after a delay."""

from dataclasses import dataclass

from chaos.proxy.toxics.stage import End, Stage


@dataclass(frozen=True)
class SlowCloseAttributes:
    """Milliseconds between the end that was asked for and the one that is seen."""

    delay: int = 0


class SlowClose(Stage[SlowCloseAttributes]):
    """Keeps the end waiting."""

    default = SlowCloseAttributes()
    _ending: End | None = None

    def start(self) -> None:
        """Wait the whole delay (again) when an end is waiting."""
        if self._ending:
            self.call_later(self.attributes.delay / 1000, self._close)

    def end(self, how: End) -> None:
        """Wait before passing it on."""
        if not self._ending:
            self._ending = how
            self.start()

    def flush(self) -> None:
        """Pass on an end that waits."""
        self.halt()
        if self._ending:
            self._close()

    def _close(self) -> None:
        if self._ending:
            super().end(self._ending)
