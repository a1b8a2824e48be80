"""Drop some of the data, now and then or in bursts (a simplified Gilbert-Elliott channel).

The connection stays up and what follows still arrives: the stream simply has holes. Real TCP would
repair them, so this shows what a protocol does without that repair.
"""

from dataclasses import dataclass

from chaos.proxy.toxics.stage import Data, Stage


@dataclass(frozen=True)
class PacketLossAttributes:
    """Probabilities from 0 to 1: of losing a chunk, and what is added to it right after a loss."""

    loss_rate: float = 0.0
    correlation: float = 0.0


class PacketLoss(Stage[PacketLossAttributes]):
    """Draws once for every chunk as it was read from the socket."""

    default = PacketLossAttributes()
    _lost_last = False

    def feed(self, data: Data) -> None:
        """Pass it or lose it."""
        burst = self.attributes.correlation if self._lost_last else 0.0
        self._lost_last = self.random.random() < self.attributes.loss_rate + burst
        if not self._lost_last:
            super().feed(data)
