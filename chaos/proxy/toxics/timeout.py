"""Swallow everything; after some time of silence, or when the toxic is removed, close the connection.

With a time of 0 this is the black hole of which partitions are made: the sender's bytes are taken and
nobody ever learns what became of them. Removing it must close the connection, because what was
swallowed is missing from the middle of the stream.
"""

from dataclasses import dataclass

from chaos.proxy.toxics.stage import Data, End, Stage


@dataclass(frozen=True)
class TimeoutAttributes:
    """Milliseconds without data after which the connection closes; 0 for never."""

    timeout: int = 0


class Timeout(Stage[TimeoutAttributes]):
    """A black hole, for a while or for ever; only the sender's own end passes."""

    default = TimeoutAttributes()

    def start(self) -> None:
        """Begin to wait for silence."""
        if self.attributes.timeout > 0:
            self.call_later(self.attributes.timeout / 1000, self._close)

    def feed(self, data: Data) -> None:
        """Swallow, and wait for silence from here on."""
        self.start()

    def remove(self) -> None:
        """Close the connection, which has a hole in its stream."""
        self.halt()
        self._close()

    def _close(self) -> None:
        self.end(End.CLOSE)
