"""Answer the first bytes with a reset, as a crashed host or an eager firewall would."""

from dataclasses import dataclass

from chaos.proxy.toxics.stage import Data, End, Stage


@dataclass(frozen=True)
class ResetPeerAttributes:
    """Milliseconds from the first bytes to the reset."""

    timeout: int = 0


class ResetPeer(Stage[ResetPeerAttributes]):
    """Swallows the first bytes (or the sender's end) and everything after, then resets both sides.

    Once bytes are swallowed the reset cannot be called off, only hastened, whatever happens to the
    toxic: the stream has a hole.
    """

    default = ResetPeerAttributes()
    _condemned = False

    def start(self) -> None:
        """Wait the whole time (again) when a reset is due."""
        if self._condemned:
            self.call_later(self.attributes.timeout / 1000, self._reset)

    def feed(self, data: Data) -> None:
        """Set the reset in motion."""
        if not self._condemned:
            self._condemned = True
            self.start()

    def end(self, how: End) -> None:
        """Even a polite end is answered with a reset."""
        self.feed(b"")

    def flush(self) -> None:
        """Reset at once if one is due."""
        self.halt()
        if self._condemned:
            self._reset()

    def _reset(self) -> None:
        super().end(End.RESET)
