"""How fast is the simulation, and does it stay small?

    PYTHONPATH=. .venv/bin/python benchmarks/simulation.py [core] [runs] [workers] [memory]

- *core*: messages per second between bare nodes, which answer and do nothing else, and side by side
  the same exchange in simpy, as its documentation models a cable with latency. Ours carries more: JSON
  both ways, a timeout for each request, a disk, a clock and an event loop for each node.
- *runs*: whole runs of `lost-writes:async` per second, history judged, and one of them on `local`.
- *workers*: a sweep over two processes against the same sweep in one, the start of the processes included;
  it needs two idle cores to say anything.
- *memory*: resident memory over 1,000 seeds in one process.

Rates are per second of processor time where nothing waits, so that a busy machine matters less. simpy is
needed for *core* alone: `.venv/bin/python $(echo bootstrap/pip-*.whl)/pip install simpy`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from functools import partial
from itertools import permutations
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import psutil

from chaos.cluster.seeds import child
from chaos.runtimes.log_book import LogBook
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.machine import LONGEST_START_S, Machine
from chaos.runtimes.simulated.network import LONGEST_S, SHORTEST_S, Wire
from chaos.runtimes.workers import in_processes
from chaos.sessions.simulate import Simulation, simulate
from chaos.sweeping.sweep import run_one
from services.messages import Message, Status
from services.messages.single_leader import AskRoute, Route
from services.ports import Env
from services.settings import NodeSettings
from services.settings.single_leader import SingleLeaderSettings

SEED = 1
NODES = "n1", "n2", "n3"
REQUESTS = 10_000  # of each node to each other
SCENARIO, VARIANT = "lost-writes", "async"
RUNS, OPERATIONS = 10, 200  # of a batch; of a run, by which rates are compared
MIB = 1024 * 1024


def main() -> None:
    """Measure and print."""
    parts: Mapping[str, Callable[[int], None]] = {
        "core": core,
        "runs": runs,
        "workers": workers,
        "memory": memory,
    }
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", metavar="core|runs|workers|memory")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for name in options.parts or parts:
        parts[name](options.rounds)


def show(what: str, values: list[float], unit: str = "") -> None:
    print(
        f"{what}: median {median(values):,.2f}{unit}  (from {min(values):,.2f} to {max(values):,.2f})",
        flush=True,
    )


def core(rounds: int) -> None:
    pairs = [(messages_per_s(bare_nodes), messages_per_s(cables)) for _ in range(rounds)]
    show("core, messages/s", [ours for ours, _ in pairs])
    show("core, messages/s in simpy", [theirs for _, theirs in pairs])
    show("core / simpy", [ours / theirs for ours, theirs in pairs])


def messages_per_s(exchange: Callable[[], None]) -> float:
    began_s = time.process_time()
    exchange()
    return 2 * REQUESTS * len(list(permutations(NODES, 2))) / (time.process_time() - began_s)


class BareNode:
    """Asks each other node, one question after the other, and answers."""

    talking = 0  # conversations that go on, of all nodes

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self._env, self._peers = env, settings.followers

    async def start(self) -> None:
        for peer in self._peers:
            BareNode.talking += 1
            self._env.tasks.spawn(f"ask-{peer}", self._ask(peer))

    async def _ask(self, peer: str) -> None:
        await self._env.clock.sleep(LONGEST_START_S)
        for _ in range(REQUESTS):
            await self._env.network.call(peer, AskRoute(), 1.0)
        BareNode.talking -= 1

    async def handle(self, _: Message) -> Message:
        return Route(epoch=1, leader="n1")

    async def stop(self) -> None:
        """Nothing goes on that would not end."""

    def status(self) -> Status:
        return Status(node=self._env.node, role="follower")


def bare_nodes() -> None:
    virtual.run(_bare_nodes())


async def _bare_nodes() -> None:
    lab = virtual.lab_loop()
    machines = {
        name: Machine(settings(name), lab, partial(child, SEED, name), LogBook(), BareNode) for name in NODES
    }
    for source, target in permutations(NODES, 2):
        random = child(SEED, source, target)
        machines[source].outbound[target] = Wire(target, machines[target], random)
    for machine in machines.values():
        machine.start(SingleLeaderSettings())
    await lab.clock.sleep(LONGEST_START_S)
    while BareNode.talking:
        await lab.clock.sleep(0.1)


def settings(name: str) -> NodeSettings:
    return NodeSettings(
        node=name, role="replica", replicas=NODES, gateways=(), links={}, data_dir=Path(name), token=""
    )


def cables() -> None:
    """Servers with an inbox each, and cables as in simpy's example of event latency."""
    import simpy

    environment, random = simpy.Environment(), Random(SEED)
    inboxes = {name: simpy.Store(environment) for name in NODES}

    def carry(inbox: Any, message: Any) -> Generator[Any, Any, None]:
        yield environment.timeout(random.uniform(SHORTEST_S, LONGEST_S))
        inbox.put(message)

    def serve(inbox: Any) -> Generator[Any, Any, None]:
        while True:
            reply_to, question = yield inbox.get()
            environment.process(carry(reply_to, question))

    def ask(inbox: Any) -> Generator[Any, Any, None]:
        answers = simpy.Store(environment)
        for number in range(REQUESTS):
            environment.process(carry(inbox, (answers, number)))
            yield answers.get()

    for inbox in inboxes.values():
        environment.process(serve(inbox))
    clients = [environment.process(ask(inboxes[target])) for _, target in permutations(NODES, 2)]
    environment.run(until=environment.all_of(clients))


def runs(rounds: int) -> None:
    run_one(Simulation(SCENARIO, VARIANT, SEED))
    batches = [in_a_row(RUNS) for _ in range(rounds)]
    show("whole runs/s, of processor time", rates := [run / processor_s for run, processor_s, _ in batches])
    operations = sum(map(operations_of, range(RUNS))) / RUNS
    print(f"  with {operations:.0f} operations in a run")
    show(f"runs of {OPERATIONS} operations/s", [rate * operations / OPERATIONS for rate in rates])
    here_s = median(wall_s / run for run, _, wall_s in batches)
    show("one run on local, s", local := [on_local_s() for _ in range(min(3, rounds))])
    print(f"local / sim: {median(local) / here_s:.0f}")


def operations_of(seed: int) -> float:
    """How many operations clients began in the run of that seed."""
    counts = simulate(Simulation(SCENARIO, VARIANT, seed)).measures
    return sum(counts[name] for name in ("acknowledged", "read", "failed", "in_doubt"))


def in_a_row(count: int) -> tuple[int, float, float]:
    """How many runs, and their seconds of processor and of wall time."""
    began_s, began_processor_s = time.perf_counter(), time.process_time()
    for seed in range(count):
        run_one(Simulation(SCENARIO, VARIANT, seed))
    return count, time.process_time() - began_processor_s, time.perf_counter() - began_s


def on_local_s() -> float:
    """What one run took on a standing cluster of local processes, by its own account."""
    with tempfile.TemporaryDirectory() as out:
        command = [
            sys.executable,
            "-m",
            "chaos",
            "run",
            f"{SCENARIO}:{VARIANT}",
            "--on",
            "local",
            "--out",
            out,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        about = json.loads((Path(out) / "latest" / "run.json").read_text(encoding="utf-8"))
        return float(about["duration_s"])


def workers(rounds: int) -> None:
    seeds = [Simulation(SCENARIO, VARIANT, seed) for seed in range(300)]
    ratios = []
    for _ in range(rounds):
        one_s, two_s = (swept_s(seeds, count) for count in (1, 2))
        ratios.append(one_s / two_s)
        print(f"  {len(seeds)} seeds: one worker {one_s:.1f} s, two {two_s:.1f} s", flush=True)
    show("two workers / one", ratios)


def swept_s(seeds: list[Simulation], count: int) -> float:
    """The seconds that a sweep takes."""
    began_s = time.perf_counter()
    assert sum(1 for _ in in_processes(run_one, seeds, count)) == len(seeds)
    return time.perf_counter() - began_s


def memory(_: int) -> None:
    process, samples = psutil.Process(), []
    for seed in range(1000):
        run_one(Simulation(SCENARIO, VARIANT, seed))
        samples.append(process.memory_info().rss / MIB)
    for quarter in range(4):
        show(f"MiB, quarter {quarter + 1} of 1,000 seeds", samples[250 * quarter : 250 * (quarter + 1)])


if __name__ == "__main__":
    main()
