"""What was known by when: questions about groups of things with moments, answered for all at once.

Each is a sort and a running maximum. Moments are indexes of events, so no two that matter are the same.
"""

import numpy as np

from chaos.checkers._columns import BEFORE, FOREVER
from chaos.history.table import Ints


def greatest_before(group: Ints, moment: Ints, value: Ints, asked_group: Ints, asked_moment: Ints) -> Ints:
    """For each group and moment asked, the greatest value its group has before; `BEFORE` for none.

    Values are not negative. What is `FOREVER`, as a value or as a moment, stays so.
    """
    told = np.flatnonzero(moment < FOREVER)
    rows = np.concatenate((group[told], asked_group))
    moments = np.concatenate((moment[told], asked_moment))
    last = np.where(value[told] < FOREVER, value[told], BEFORE).max(initial=0) + 1  # stands for FOREVER
    values = np.concatenate((np.minimum(value[told], last), np.full(len(asked_group), BEFORE)))
    order = np.argsort(rows * (moments.max(initial=0) + 2) + moments)
    offset = rows[order] * (last + 2)  # so that the maximum begins anew with each group
    greatest = np.empty(len(rows), dtype=np.int64)
    greatest[order] = np.maximum.accumulate(values[order] + offset) - offset
    of_asked = greatest[len(told) :]
    return np.where(of_asked == last, FOREVER, of_asked)


def smallest_after(group: Ints, moment: Ints, value: Ints, asked_group: Ints, asked_moment: Ints) -> Ints:
    """For each group and moment asked, the smallest value its group has after; `FOREVER` for none."""
    end = max(moment.max(initial=0), asked_moment.max(initial=0), value.max(initial=0))
    greatest = greatest_before(group, end - moment, end - value, asked_group, end - asked_moment)
    return np.where(greatest == BEFORE, FOREVER, end - greatest)
