"""The control node: it decides what replicas cannot decide among themselves."""

from services.shell import Shell


class Controller(Shell):
    """See `services.shell`."""

    place = "overseer"
