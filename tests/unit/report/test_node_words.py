"""What nodes logged, as sentences: one thing is called one thing."""

import pytest

from chaos.cluster import Event
from chaos.report.node_words import sentence


@pytest.mark.parametrize(
    ("event", "fields", "told"),
    [
        ("handed-home", {"to": "n2", "count": 1}, "n1 hands n2 what it has kept for it: 1 key."),
        ("handed-home", {"to": "n2", "count": 21}, "n1 hands n2 what it has kept for it: 21 keys."),
        ("peer-is-back", {"peer": "n2", "lacks": 1}, "n1 reaches n2 again, which lacks 1 change."),
        (
            *("tail-set-aside", {"entries": 1, "for_leader": "n2"}),
            "n1 finds 1 entry in its log that n2 does not have, drops it and sets it aside in a file.",
        ),
        (
            *("anti-entropy", {"peer": "n2", "keys": 1}),
            "n1 and n2 compare what they hold: 1 key differed, and is alike now.",
        ),
        ("leader-appointed", {"leader": "n2", "epoch": 2}, "The controller announces that n2 leads epoch 2."),
    ],
)
def test_numbers_and_nouns_agree(event: str, fields: dict[str, object], told: str) -> None:
    assert sentence(Event(1.0, "n1", event, fields)) == told
