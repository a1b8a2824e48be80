"""Do nothing: for trying out clients, and a template for a new toxic."""

from dataclasses import dataclass

from chaos.proxy.toxics.stage import Stage


@dataclass(frozen=True)
class NoopAttributes:
    """None."""


class Noop(Stage[NoopAttributes]):
    """Passes everything on."""

    default = NoopAttributes()
