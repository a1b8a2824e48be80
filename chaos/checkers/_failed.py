"""Where a value comes from that no write can have left: perhaps from one that failed."""

import numpy as np

from chaos.checkers._keys import left_behind
from chaos.history import History, Operation, canonical
from chaos.history.table import FAIL


def failed_writes(history: History, read: Operation) -> list[Operation]:
    """The writes that failed and would have left what this read returned."""
    table, begun, ended = history.table, history.begun, history.ended
    of_key = table.key.where(lambda key: key == read.key)[begun]
    failed = (
        of_key
        & (ended >= 0)
        & (table.kind[ended] == FAIL)
        & table.f.where({"write", "cas"}.__contains__)[begun]
    )
    writes = [history.operation(int(number)) for number in np.flatnonzero(failed)]
    value = canonical(read.value)
    return [write for write in writes if _is_whole(write) and canonical(left_behind(write)) == value]


def _is_whole(write: Operation) -> bool:
    return write.f != "cas" or (isinstance(write.value, list) and len(write.value) == 2)
