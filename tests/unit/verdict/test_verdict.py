"""Three-valued judgement, as tables."""

import pytest

from chaos.judging.verdict import (
    STOOD_STILL,
    Finding,
    Kind,
    Verdict,
    Witness,
    exit_code,
    found,
    judge,
    not_found,
    unknown,
)

LOST, FINE, NOBODY_KNOWS = found("lost-write", 1, []), not_found("lost-write"), unknown("lost-write", "why")
BRAIN, ONE_BRAIN, BRAIN_UNKNOWN = (
    found("split-brain", 1, []),
    not_found("split-brain"),
    unknown("split-brain", "why"),
)


@pytest.mark.parametrize(
    ("kind", "findings", "problems", "as_expected"),
    [
        ("problem", [LOST, BRAIN], [], True),
        ("problem", [LOST, ONE_BRAIN], [], False),
        ("problem", [FINE, ONE_BRAIN], [], False),
        ("problem", [LOST, BRAIN_UNKNOWN], [], None),
        ("problem", [FINE, BRAIN_UNKNOWN], [], False),
        ("problem", [LOST], [], None),  # nobody judged split-brain
        ("problem", [LOST, BRAIN], ["the fault did not bite"], None),
        ("problem", [FINE, ONE_BRAIN], ["the fault did not bite"], None),
        ("remedy", [FINE, ONE_BRAIN], [], True),
        ("remedy", [LOST, ONE_BRAIN], [], False),
        ("remedy", [LOST, BRAIN_UNKNOWN], [], False),
        ("remedy", [FINE, BRAIN_UNKNOWN], [], None),
        ("remedy", [FINE], [], None),
        ("remedy", [FINE, ONE_BRAIN], ["the fault did not bite"], None),
        ("remedy", [FINE, BRAIN], ["the fault did not bite"], False),
    ],
)
def test_judge(kind: Kind, findings: list[Finding], problems: list[str], as_expected: bool | None) -> None:
    assert judge(kind, ("lost-write", "split-brain"), findings, problems) is as_expected


STALL, ANOTHER = f"{STOOD_STILL} for 0.7 s", "the fault did not bite"
OUTAGE, NO_OUTAGE = found("long-outage", 1, []), not_found("long-outage")


@pytest.mark.parametrize(
    ("kind", "findings", "problems", "as_expected"),
    [
        ("remedy", [LOST, NO_OUTAGE], [STALL], False),  # however slow a machine is, it takes nothing back
        ("remedy", [FINE, OUTAGE], [STALL], None),  # it was the machine, or it was not
        ("remedy", [FINE, OUTAGE], [ANOTHER, STALL], None),
        ("remedy", [FINE, OUTAGE], [ANOTHER], False),
        ("remedy", [FINE, NO_OUTAGE], [STALL], None),
        ("problem", [LOST, OUTAGE], [STALL], None),
        ("problem", [FINE, NO_OUTAGE], [STALL], None),
    ],
)
def test_a_stall_of_the_machine_excuses_what_takes_time_and_nothing_else(
    kind: Kind, findings: list[Finding], problems: list[str], as_expected: bool | None
) -> None:
    assert judge(kind, ("lost-write", "long-outage"), findings, problems) is as_expected


def test_an_anomaly_that_nobody_asked_about_does_not_matter() -> None:
    assert judge("problem", ["split-brain"], [BRAIN, NOBODY_KNOWS]) is True
    assert judge("remedy", ["split-brain"], [ONE_BRAIN, LOST]) is True


def test_without_an_anomaly_to_look_for_nothing_is_known() -> None:
    assert judge("problem", [], [LOST]) is None
    assert judge("remedy", [], [LOST]) is None


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [([True, True], 0), ([True, None], 3), ([True, None, False], 1), ([False], 1), ([None], 3)],
)
def test_exit_code_is_the_worst(outcomes: list[bool | None], code: int) -> None:
    assert exit_code(outcomes) == code


def test_json_is_that_of_the_format() -> None:
    lost = found("lost-write", 3, [Witness((41, 42, 977), "Gone.")], {"worst_ms": 4.5})
    verdict = Verdict(
        scenario="lost-writes",
        variant="async",
        kind="problem",
        runtime="local",
        seed=7,
        as_expected=True,
        anomalies=(lost, BRAIN_UNKNOWN),
        measures={"downtime_ms": 1480},
    )
    assert verdict.to_json() == {
        "scenario": "lost-writes",
        "variant": "async",
        "kind": "problem",
        "runtime": "local",
        "seed": 7,
        "as_expected": True,
        "anomalies": [
            {
                "name": "lost-write",
                "found": True,
                "count": 3,
                "witnesses": [{"ops": [41, 42, 977], "text": "Gone."}],
            },
            {"name": "split-brain", "found": None, "count": 0, "witnesses": [], "reason": "why"},
        ],
        "measures": {"worst_ms": 4.5, "downtime_ms": 1480},
        "problems": [],
    }


def test_a_flood_of_witnesses_is_cut_but_counted() -> None:
    flood = found("stale-read", 500, (Witness((i,), "Old.") for i in range(500)))
    assert flood.count == 500
    assert 0 < len(flood.witnesses) < 50
