"""What the workloads ask for fits what the checkers assume."""

from pathlib import Path
from random import Random

import pytest

from chaos.checkers import run_checker
from chaos.checkers._keys import misfit
from chaos.history import History
from chaos.recording.recorder import Recorder
from chaos.runtimes.simulated import virtual
from chaos.workloads import register, sets
from chaos.workloads.client import Answer, Request
from chaos.workloads.conversations import questions_and_answers
from chaos.workloads.sessions import Users
from chaos.workloads.traffic import Workload
from services.groups.partitions import partition_of
from tests.world.store import Store
from tests.world.virtually import clock, now_ns

WORKLOADS = [
    register.reads_and_writes(keys=5, clients=4, rate_per_s=50, delete_fraction=0.1),
    register.own_keys(clients=4, rate_per_s=50, delete_fraction=0.1),
    register.write_once(clients=4, rate_per_s=50),
    sets.adds(keys=2, clients=4, rate_per_s=50),
    questions_and_answers(Users(24), together=False, rate_per_s=50),
    questions_and_answers(Users(24), together=True, rate_per_s=50),
]


def record(path: Path, workload: Workload, forgotten: int = 0) -> History:
    async def story() -> None:
        random = Random(3)
        store = Store(lambda gateway: random.uniform(0.01, 0.3))
        with Recorder(path, now_ns) as recorder:
            traffic = workload.start(store, recorder, ("g1", "g2"), Random(5), clock())
            await traffic.run(10)
            await traffic.stop()
            for node in ("n1", "n2"):
                recorder.final(node, store.contents(forgotten))

    virtual.run(story())
    return History.load(path)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_a_sound_store_gets_a_clean_bill(tmp_path: Path, workload: Workload) -> None:
    history = record(tmp_path / "history.jsonl", workload)
    assert misfit(history) is None
    assert {operation.f for operation in history.client_operations} > {"read"}
    assert len(history.client_operations) >= 500
    for anomaly in ("lost-write", "stale-read", "split-brain", "diverged-replicas"):
        assert run_checker(anomaly, history).found is False


def test_own_keys_are_never_written_by_two_at_once(tmp_path: Path) -> None:
    history = record(tmp_path / "history.jsonl", WORKLOADS[1])
    writers: dict[object, set[int]] = {}
    for operation in history.client_operations:
        if operation.f != "read":
            writers.setdefault(operation.key, set()).add(operation.process)
    assert all(len(processes) == 1 for processes in writers.values())


@pytest.mark.parametrize("workload", WORKLOADS[-2:], ids=lambda workload: workload.name)
def test_nobody_answers_what_he_has_not_seen_and_who_reads_an_answer_looks_at_its_question(
    tmp_path: Path, workload: Workload
) -> None:
    history = record(tmp_path / "history.jsonl", workload)
    assert run_checker("causality", history).found is False
    seen: dict[str | None, set[object]] = {}
    answers = follow_ups = 0
    waiting: dict[str | None, object] = {}
    for operation in history.client_operations:
        what, _, number = str(operation.value).partition(" ")
        if asked_for := waiting.pop(operation.session, None):
            assert (operation.f, operation.key) == ("read", asked_for)
            follow_ups += 1
        if (operation.f, what) == ("write", "answer"):
            answers += 1
            assert f"question {number}" in seen[operation.session]
        if operation.f == "read" and operation.outcome == "ok":
            seen.setdefault(operation.session, set()).add(operation.value)
            if what == "answer":
                waiting[operation.session] = str(operation.key).replace("answers", "questions")
    assert answers > 10
    assert follow_ups > 50


def test_keys_of_a_conversation_lie_together_or_apart() -> None:
    for workload, homes in ((WORKLOADS[-2], 2), (WORKLOADS[-1], 1)):
        plan, random = workload.plan(), Random(1)
        keys = {}
        for _ in range(300):
            request = plan.next(0, random)
            assert isinstance(request, Request)
            keys[request.key] = partition_of(request.key, 2)
            request.heard(Answer("n1", 1, 1, "there"))
        assert len(set(keys.values())) == homes


def test_write_once_keys_are_written_once(tmp_path: Path) -> None:
    history = record(tmp_path / "history.jsonl", WORKLOADS[2])
    written = [operation.key for operation in history.client_operations if operation.f == "write"]
    assert len(set(written)) == len(written) > 300


@pytest.mark.parametrize("forgotten", [20, 100])
@pytest.mark.parametrize("workload", WORKLOADS[1:], ids=lambda workload: workload.name)
def test_a_discarded_tail_is_provable(tmp_path: Path, workload: Workload, forgotten: int) -> None:
    """What a failover does: the last acknowledged changes vanish from every replica."""
    history = record(tmp_path / "history.jsonl", workload, forgotten)
    finding = run_checker("lost-write", history)
    assert finding.found is True
    if workload.name in ("write-once-registers", "sets"):
        assert finding.count == forgotten
