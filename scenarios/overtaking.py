"""Among several leaders one link is slower than the others, and an answer arrives before its question.

Every leader sends its changes straight to every other. A question is asked at n1; somebody at n2 sees it
there and answers. The link from n1 to n3 is slow, so the answer overtakes the question: whoever reads at n3
sees the answer, looks at the question, and there is none. Each link keeps its order; between links there is
none.

`arrival-order` takes changes as they come. `timestamps` gives each a stamp and lets the larger one win:
that settles which of two versions is the newer, but nobody at n3 can tell from it that something older is
still on its way, or how long to wait for it. With `version-vectors` a change says what its leader knew when
it took it, and n3 holds it back until it knows as much. The price: the answer is there no sooner than its
question, and a user stays with one leader, because another need not have what was seen at the first.

Stamps are worse than useless where clocks differ. In a second story users read titles and change what they
read, and the clock of n2 is two seconds behind. What is written there by somebody who had read a title has a
smaller stamp than that title, so `timestamps-clock-skew` lets the older one win, and an author who was told
that his is saved reads what he had replaced. It does not help that changes arrive in causal order. With
`hybrid-clock` the clock is as wrong, but a leader's stamps are later than whatever it has seen; and
`version-vectors-clock-skew` asks no clock at all.

To watch in the logs: `change-waits`, with what it waits for.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import wiki
from chaos.workloads.conversations import questions_and_answers
from chaos.workloads.sessions import Users


async def script(run: Run) -> None:
    """People talk at all three leaders, while what n1 says reaches n3 late."""
    await run.acknowledged(20)
    async for _ in run.rounds():
        async with run.fault(Slow("n1", "n3", latency_s=1.5, one_way=True)):
            await run.read(300)
        await run.acknowledged(10)


BEHIND = {"n2": -2.0}  # seconds


TITLES = wiki.titles(pages=12, clients=12, rate_per_s=120)

SCENARIO = Scenario(
    id="overtaking",
    section="D",
    title="All leaders talk to all, and an effect overtakes its cause",
    script=script,
    workload=questions_and_answers(Users(24), together=True, rate_per_s=120),
    checkers=("causality", "diverged-replicas"),
    shape=Shape(replicas=3, gateways=3),
    settings={"family": "multi-leader"},
    variants=(
        problem("arrival-order", finds=["causality"], conflicts="arrival-order"),
        problem("timestamps", finds=["causality"], conflicts="lww"),
        remedy("version-vectors", conflicts="record", delivery="causal"),
        problem(
            "timestamps-clock-skew",
            finds=["causality"],
            workload=TITLES,
            conflicts="lww",
            delivery="causal",
            clock="wall",
            clocks_off_s=BEHIND,
        ),
        remedy(
            "hybrid-clock",
            workload=TITLES,
            conflicts="lww",
            delivery="causal",
            clocks_off_s=BEHIND,
        ),
        remedy(
            "version-vectors-clock-skew",
            conflicts="record",
            delivery="causal",
            clock="wall",
            clocks_off_s=BEHIND,
        ),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
