"""Somebody reads the answer, looks at what was asked, and there is no question: the effect before its cause.

One log keeps the order of what it holds, so each copy of it shows a *consistent prefix*: never an answer
without the question before it. Here the keys are shared out over two partitions, each with a leader, two
followers and a log of its own, and nobody keeps the order between the logs. A user asks (a key in one
partition); another one who has *seen* the question answers it (a key in the other). Then one
follower of the first partition is cut off from its leader and falls behind. Whoever reads there finds a fresh
answer in the one partition, and in the other one, honestly, nothing yet.

`independent-partitions` shows it, although every user sticks to one replica of each partition, never sees
less there than before, and sees nothing that could still be lost. In each partition all is well; what is
broken lies between them. `same-partition` is no other cluster and no other policy: two braces in the keys
(`{thread-7}:question`, `{thread-7}:answer`) put both into one log. That alone helps only who reads both at
*one* replica: another one may be at an earlier place of the very same log. So the reader's client carries the
position that it saw, and whoever has not come so far waits or lets another answer (or else the reader must
stay with one replica, and do without when that dies). And because an answer must not outlive its question,
nobody is shown a question that is not acknowledged yet: it could be lost with its leader, and the answer not.

Where related keys cannot be kept together, `causal-order` carries what matters across: a client's token has a
position for each partition; with a write travels what its writer had seen of the others, and is kept
beside the value; a reader of the answer gets that together with it, and from then on accepts no copy of the
question's partition that does not reach so far.

To watch: the tokens (`curl -i` shows `x-lab-token: p1=1.40,p2=1.17` where a plain cluster has `1.40`); in the
log `routes-writes` with a `partition`, and two leaders at once that are not a split brain, for each has keys
of its own. What `causal-order` costs is in the times of the reads: whoever comes to the follower that is
behind waits, and is sent on.

In the wild: hash tags are Redis Cluster's, and Cassandra's partition keys are for the same; each range of
CockroachDB, tablet of YugabyteDB and region of TiKV elects its own leader. Dependencies beside values: COPS
(Lloyd and others, 2011); MongoDB's causally consistent sessions do it with one clock for all shards. Azure
Cosmos DB offers *consistent prefix* as a level, and means it within a partition.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.cut import Cut
from chaos.running.run import Run
from chaos.workloads.conversations import questions_and_answers
from chaos.workloads.sessions import Users

PARTITIONS = (("n1", "n2", "n3"), ("n4", "n5", "n6"))
USERS = Users(24)


async def script(run: Run) -> None:
    """One follower of the first partition falls behind, and people talk."""
    await run.acknowledged(30)
    leader = await run.leader()
    behind, _ = run.followers(leader)
    async with run.fault(Cut(leader, behind, one_way=True)):
        await run.read(450, within_s=60)
    await run.acknowledged(10)


APART = questions_and_answers(USERS, together=False, rate_per_s=120)
TOGETHER = questions_and_answers(USERS, together=True, rate_per_s=120)

SCENARIO = Scenario(
    id="consistent-prefix",
    section="C",
    title="Two partitions: the answer is seen before the question",
    script=script,
    workload=APART,
    checkers=("causality", "diverged-replicas"),
    shape=Shape(replicas=6),
    settings={
        "partitions": PARTITIONS,
        "coordination": "election",  # each partition's replicas elect their leader
        "replication": "quorum-ack",
        "detection_timeout_ms": 2000,  # nobody is to be replaced here
        "reads": "consistent-prefix",
    },
    variants=(
        problem("independent-partitions", finds=["causality"]),
        remedy("same-partition", workload=TOGETHER),
        remedy("causal-order", reads="causal-order"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
