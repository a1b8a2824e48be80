"""Every isolation level against its definition: all orders are tried, on histories drawn with a seed.

Nothing may be found that some order explains, nothing passed that none does. Only where something was read
before it was asked for, or where nobody appended or nobody read, may the answer be that nobody knows.
"""

from collections import Counter
from random import Random

import pytest

from chaos.checkers import transaction_cycle
from chaos.checkers._levels import LEVELS
from chaos.history import History
from tests.unit.checkers.brute_force import allows, reads
from tests.unit.checkers.transaction_histories import history

FEW, MANY = 400, 7_000


def doubtful(drawn: History) -> bool:
    """May the checker say that it cannot know?"""
    acknowledged = [operation for operation in drawn.client_operations if operation.outcome == "ok"]
    asked = {(key, e): op for op in drawn.client_operations for f, key, e in op.value if f == "append"}
    shown = [(op, asked[key, element]) for op in acknowledged for key, seen in reads(op) for element in seen]
    early = any(reader.end < writer.index for reader, writer in shown)
    writers = [*acknowledged, *(writer for _, writer in shown if writer.outcome == "info")]
    appended = any(micro[0] == "append" for writer in writers for micro in writer.value)
    return early or not appended or not any(True for op in acknowledged for _ in reads(op))


def judged(seeds: range) -> Counter[tuple[str, bool]]:
    """Holds every level's judgement against its definition; returns how often each was broken and was not."""
    seen: Counter[tuple[str, bool]] = Counter()
    for seed in seeds:
        drawn = history(Random(seed))
        for level in LEVELS:
            finding, expected = transaction_cycle.check(drawn, model=level), not allows(level, drawn)
            if finding.found is None:
                assert not expected and doubtful(drawn), (seed, level, finding)
            else:
                assert finding.found is expected, (seed, level, finding)
            seen[level, expected] += 1
    return seen


def test_every_level() -> None:
    seen = judged(range(FEW))
    assert all(seen[level, broken] >= FEW // 20 for level in LEVELS for broken in (True, False)), seen


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_level_long() -> None:
    judged(range(FEW, FEW + MANY))
