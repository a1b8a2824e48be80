"""One n, one w, one r, one seed: a cluster in virtual time under a load that is made to be measured.

All writes come by one gateway, from which every home is 0 to 40 ms away, each time another time; all reads
come by another one that is near. So a write is acknowledged long before it is everywhere, and whoever reads
soon may miss it. Afterwards the homes die one by one, and what is still answered is counted.
"""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from zlib import crc32

from chaos.catalogue.scenario import Scenario, remedy
from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.faults.kill import Kill
from chaos.faults.slow import Slow
from chaos.quorums.evidence import BEGIN, END, Sample, sample
from chaos.recording.folder import MESSAGES, NoFolder
from chaos.running.run import WITHIN_S, Run
from chaos.running.runner import Stage, play
from chaos.runtimes.registry import CLIENT_TIMEOUT_S, RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Answer, Request
from chaos.workloads.counters import Counters
from chaos.workloads.traffic import Workload

FAR_S, SPREAD_S = 0.020, 0.0199  # from the writers' gateway to a home, one way
RATE_PER_S = 1000  # so a request arrives every millisecond
KEYS, OTHERS = 24, 8
LATEST_MS = 50  # a probe reads so long after the acknowledgement at most; every other one at once
COUNTED = 60  # requests with each number of dead homes


@dataclass(frozen=True)
class Trial:
    """What is to be measured; `reads` is how many reads are waited for while the writer is far away."""

    n: int
    w: int
    r: int
    seed: int
    reads: int


class Probing:
    """A key is written, read some time after that was acknowledged, and written again.

    `next` is asked once a millisecond, so it knows the time. When it is nobody's turn, other keys are
    written and read in turns.
    """

    def __init__(self) -> None:
        self._now_ms = 0
        self._idle = deque(f"x{number}" for number in range(KEYS))
        self._due: dict[int, list[str]] = {}
        self._ready: deque[str] = deque()
        self._values, self._turns = itertools.count(1), itertools.count()
        self._writers, self._readers = names_of_doors()

    def next(self, client: int, random: Random) -> Request:
        """See `Plan`."""
        self._now_ms += 1
        self._ready += self._due.pop(self._now_ms, ())
        if self._ready:
            key = self._ready.popleft()
            self._idle.append(key)
            return Request("get", key, routed_by=self._readers)
        if self._idle:
            return self._write(self._idle.popleft(), random)
        turn = next(self._turns)
        key = f"y{turn // 2 % OTHERS}"
        if turn % 2:
            return Request("get", key, routed_by=self._readers)
        return Request("put", key, next(self._values), routed_by=self._writers)

    def _write(self, key: str, random: Random) -> Request:
        at_once = random.random() < 0.5
        later_ms = 0 if at_once else random.randint(0, LATEST_MS)
        heard = partial(self._acknowledged, key, later_ms)
        return Request("put", key, next(self._values), routed_by=self._writers, heard=heard)

    def _acknowledged(self, key: str, later_ms: int, _: Answer) -> None:
        if later_ms:
            self._due.setdefault(self._now_ms + later_ms, []).append(key)
        else:
            self._ready.append(key)


def names_of_doors() -> tuple[str, str]:
    """Two names that `Request.routed_by` takes to the first and to the second of two gateways."""
    numbers = [str(number) for number in range(64)]
    first, second = ([name for name in numbers if crc32(name.encode()) % 2 == door] for door in (0, 1))
    return first[0], second[0]


def measure(trial: Trial) -> Sample:
    """What the trial shows. Raises `ClusterError` that says why it shows nothing."""
    folder = _Keeping()
    result: Sample = RUNTIMES["sim"].run(_measured(trial, folder))
    return result


async def _measured(trial: Trial, folder: "_Keeping") -> Sample:
    scenario = _scenario(trial)
    cluster = SimulatedCluster(trial.seed, scenario.shape, overhear=True)
    try:
        stage = Stage(cluster, cluster.client(CLIENT_TIMEOUT_S), RUNTIMES["sim"].clock(), None)
        verdict = await play(stage, scenario, scenario.variants[0], trial.seed, folder)
    finally:
        await cluster.close()
    if verdict.problems:
        raise ClusterError(f"n={trial.n} w={trial.w} r={trial.r}, seed {trial.seed}: {verdict.problems[0]}")
    return sample(folder.recorded(), folder.messages)


def _scenario(trial: Trial) -> Scenario:
    """It stands in no catalogue: nothing in it can be right or wrong."""
    return Scenario(
        id="quorum-table",
        section="E",
        title="n, w and r against what was measured",
        script=partial(_script, trial.reads),
        workload=Workload("probes", Probing, clients=64, rate_per_s=RATE_PER_S, max_clients=256),
        checkers=(),
        variants=(remedy("measured", n=trial.n, w=trial.w, r=trial.r),),
        settings={"family": "leaderless", "read_repair": "none"},
        shape=Shape(replicas=trial.n),
        least_before_fault=0,
    )


async def _script(reads: int, run: Run) -> None:
    writer, _ = run.cluster.gateways
    async with AsyncExitStack() as far:
        for home in run.cluster.replicas:
            await far.enter_async_context(run.fault(Slow(writer, home, FAR_S, SPREAD_S, one_way=True)))
        with _counted(run):
            await run.read(reads)
    async with AsyncExitStack() as dead:
        for home in run.cluster.replicas[:-1]:
            await dead.enter_async_context(run.fault(Kill(home)))
            with _counted(run):
                goal = _ended(run.clients.counters) + COUNTED
                await run.until(f"{COUNTED} more requests", partial(_have_ended, goal), WITHIN_S)


@contextmanager
def _counted(run: Run) -> Iterator[None]:
    """What clients ask and hear while the block lasts is to be counted."""
    run.recorder.nemesis(BEGIN)
    yield
    run.recorder.nemesis(END)


def _have_ended(goal: int, counters: Counters) -> bool:
    return _ended(counters) >= goal


def _ended(counters: Counters) -> int:
    return sum((counters.acknowledged(), counters.reads(), counters.failed(), counters.indefinite()))


class _Keeping(NoFolder):
    """Keeps what was overheard as well."""

    messages: tuple[Mapping[str, Any], ...] = ()

    def write_lines(self, name: str, lines: Iterable[Mapping[str, Any]]) -> None:
        """See `RunFolder`."""
        if name == MESSAGES:
            self.messages = tuple(lines)
