"""What the clients saw, and what was done to the cluster: one event a line, in Jepsen's form.

A client's operation is a pair of events: `invoke`, then `ok` (it happened), `fail` (it certainly did
not) or `info` (nobody knows). An operation in doubt stays open for ever: it may take effect at any
later time, so its process never acts again. Faults are events of the process `nemesis`.
(The form is Jepsen's; retiring a process after doubt is what keeps its histories honest.)

The order of events is that of their `index`; `time` is for humans and for measuring.
"""

from chaos.history.answers import misfit
from chaos.history.event import NEMESIS, Event, HistoryError, Key, canonical
from chaos.history.history import History
from chaos.history.operation import Operation, Outcome, sequence, writes
from chaos.history.pairing import Pairing

__all__ = [
    "NEMESIS",
    "Event",
    "History",
    "HistoryError",
    "Key",
    "Operation",
    "Outcome",
    "Pairing",
    "canonical",
    "misfit",
    "sequence",
    "writes",
]
