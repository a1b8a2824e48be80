"""Open-loop traffic in virtual time: what arrives, who takes it, and what is written down."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest

from chaos.history import History
from chaos.recording.recorder import Recorder
from chaos.runtimes.simulated import virtual
from chaos.workloads import register
from chaos.workloads.traffic import Traffic, Workload
from tests.world.store import Store, refused, timed_out
from tests.world.virtually import clock, now_ns

WRITES = register.reads_and_writes(keys=3, clients=4, rate_per_s=10, write_fraction=1.0)
GATEWAYS = ("g1", "g2")


def quick(gateway: str) -> float:
    return 0.01


def run(
    path: Path,
    story: Callable[[Traffic], Awaitable[None]],
    trouble: Callable[[str], float] = quick,
    workload: Workload = WRITES,
    seed: int = 1,
) -> tuple[Traffic, History]:
    """Let `story` happen to `workload`, then stop the traffic."""

    async def whole() -> Traffic:
        with Recorder(path, now_ns) as recorder:
            traffic = workload.start(Store(trouble), recorder, GATEWAYS, Random(seed), clock())
            await story(traffic)
            await traffic.stop()
        return traffic

    return virtual.run(whole()), History.load(path)


def for_s(duration_s: float) -> Callable[[Traffic], Awaitable[None]]:
    return lambda traffic: traffic.run(duration_s)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


@pytest.mark.parametrize("answer_s", [0.001, 3.0])
def test_arrivals_do_not_wait_for_answers(path: Path, answer_s: float) -> None:
    _, history = run(path, for_s(4.95), lambda gateway: answer_s)
    invoked_s = [operation.invoked_ns / 1e9 for operation in history.operations]
    assert invoked_s == pytest.approx([n / 10 for n in range(50)])


def test_slow_answers_take_more_processes_each_with_one_operation_at_a_time(path: Path) -> None:
    traffic, history = run(path, for_s(5), lambda gateway: 3.0)
    assert len({operation.process for operation in history.operations}) == 30
    assert all(operation.outcome == "ok" for operation in history.operations)
    assert traffic.counters.acknowledged() == len(history.operations)


def test_what_finds_no_client_is_shed_and_counted(path: Path) -> None:
    few = register.reads_and_writes(keys=1, clients=2, rate_per_s=10, max_clients=4)
    traffic, history = run(path, for_s(0.95), lambda gateway: 60.0, few)
    assert len(history.operations) == 4
    assert traffic.counters.shed == 6


def test_a_stuck_gateway_does_not_take_the_clients_of_the_other(path: Path) -> None:
    few = register.reads_and_writes(keys=1, clients=2, rate_per_s=10, max_clients=4)
    _, history = run(path, for_s(9.95), lambda gateway: 60.0 if gateway == "g1" else 0.01, few)
    through = [operation.gateway for operation in history.operations]
    assert (through.count("g1"), through.count("g2")) == (2, 50)


def test_after_doubt_the_process_never_acts_again(path: Path) -> None:
    def trouble(gateway: str) -> float:
        raise timed_out()

    traffic, history = run(path, for_s(1.95), trouble)
    assert [operation.outcome for operation in history.operations] == ["info"] * 20
    assert len({operation.process for operation in history.operations}) == 20
    assert traffic.counters.indefinite() == 20


def test_after_a_definite_failure_it_goes_on(path: Path) -> None:
    def trouble(gateway: str) -> float:
        raise refused()

    traffic, history = run(path, for_s(1.95), trouble)
    assert [operation.error for operation in history.operations] == ["no-leader: none is known"] * 20
    assert len({operation.process for operation in history.operations}) == 4
    assert traffic.counters.failed("g1") == traffic.counters.failed("g2") == 10


def test_counters_tell_gateways_nodes_and_reads_apart(path: Path) -> None:
    mixed = register.reads_and_writes(keys=1, clients=4, rate_per_s=10, write_fraction=0.5)
    traffic, history = run(path, for_s(9.95), workload=mixed)
    counters = traffic.counters
    assert counters.acknowledged() + counters.reads() == len(history.operations) == 100
    assert counters.acknowledged("g1") + counters.acknowledged("g2") == counters.acknowledged()
    assert counters.acknowledged(node="n1") == counters.acknowledged() > 0
    assert counters.acknowledged("g1", node="n2") == counters.failed() == counters.indefinite() == 0


def test_until_returns_when_the_condition_holds(path: Path) -> None:
    async def story(traffic: Traffic) -> None:
        assert await traffic.until(lambda counters: counters.acknowledged("g1") >= 5, deadline_s=60)
        assert traffic.counters.acknowledged("g1") == 5

    run(path, story)


def test_until_gives_up_at_its_deadline(path: Path) -> None:
    async def story(traffic: Traffic) -> None:
        began_s = clock().monotonic()
        assert not await traffic.until(lambda counters: counters.acknowledged(node="n9") > 0, deadline_s=3)
        assert clock().monotonic() - began_s == pytest.approx(3)

    run(path, story)


def test_stop_waits_for_what_is_in_flight(path: Path) -> None:
    _, history = run(path, for_s(1), lambda gateway: 7.0)
    assert {operation.outcome for operation in history.operations} == {"ok"}


def test_what_is_broken_off_is_in_doubt(path: Path) -> None:
    async def story(traffic: Traffic) -> None:
        await traffic.run(1.05)
        await traffic.abandon()

    _, history = run(path, story, lambda gateway: 7.0)
    assert [operation.outcome for operation in history.operations] == ["info"] * 11
    assert "broken off" in str(history.operations[0].error)


@pytest.mark.parametrize("end", ["run", "stop"])
def test_a_bug_in_a_client_is_not_swallowed(path: Path, end: str) -> None:
    def trouble(gateway: str) -> float:
        raise ZeroDivisionError("a bug")

    async def story(traffic: Traffic) -> None:
        if end == "run":
            await traffic.run(5)
        await asyncio.sleep(1)

    with pytest.raises(ZeroDivisionError):
        run(path, story, trouble)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    mixed = register.reads_and_writes(keys=5, clients=4, rate_per_s=40, delete_fraction=0.2)
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        run(tmp_path / name, for_s(5), workload=mixed, seed=seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("rate_per_s", "clients", "text"), [(0, 1, "rate_per_s"), (1, 0, "clients"), (1, 500, "max_clients")]
)
def test_impossible_wishes_are_named(rate_per_s: float, clients: int, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        register.own_keys(clients=clients, rate_per_s=rate_per_s)
