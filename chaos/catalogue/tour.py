"""The guided tour: one command after the other, each with what to look for and what it means.

Three families in ten minutes. A problem is followed by its remedy under the same fault, because the
difference is what there is to learn. All variants here run on every runtime, and show what they are for
from `SEED`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SEED = 1  # so that everybody sees the same on sim
MINUTES = 10  # with time to read


@dataclass(frozen=True)
class Step:
    """One command of the lab without its options; `look_for` stands before it.

    `seen` stands after it, and after the verdict where there is one, so it says why and not what.
    """

    chapter: str
    command: tuple[str, ...]
    look_for: str
    seen: str


ONE_LEADER, SEVERAL_LEADERS, NO_LEADER = "One leader", "Several leaders", "No leader"
STEPS: Sequence[Step] = (
    Step(
        ONE_LEADER,
        ("run", "lost-writes:async"),
        "The leader n1 confirms a write as soon as it has the write itself; its followers get it later. "
        "Watch what n1 still acknowledges after its links are cut, and who leads after n1 is killed.",
        "The clients were told that those writes were done, and the new leader never had them. That is "
        "the price of asynchronous replication.",
    ),
    Step(
        ONE_LEADER,
        ("run", "lost-writes:semi-sync"),
        "The same faults, but now one follower must have each write before the client is told. Compare "
        "how many writes n1 acknowledges once both links are cut.",
        "Whatever was acknowledged, the new leader had. The price: while no follower could confirm, "
        "writes waited, and their clients were left in doubt.",
    ),
    Step(
        ONE_LEADER,
        ("run", "split-brain:unfenced"),
        "The leader n1 is cut off together with one gateway, and nothing stops it. Look for a promotion, "
        "and for n1 acknowledging writes after it.",
        "Two leaders acknowledged writes at the same time, and only one of the two logs survived. A "
        "timeout cannot tell a dead leader from one that is out of reach.",
    ),
    Step(
        ONE_LEADER,
        ("run", "split-brain:lease"),
        "The same cut, but a leader may lead only while the controller renews its lease. Look for the "
        "moment when the lease of n1 expires, and for what it acknowledges afterwards.",
        "The old leader stopped by itself before its successor began. Its clients were refused, and knew it.",
    ),
    Step(
        ONE_LEADER,
        ("report", "split-brain:unfenced", "split-brain:lease"),
        "The last two runs side by side, on one page with one time axis. Open the file in a browser, now "
        "or later: press play on the map, and click a statement to see the operations that prove it.",
        "The line above is where that page is. Every run has one of its own in its folder: report.html.",
    ),
    Step(
        ONE_LEADER,
        ("run", "read-your-writes:any-replica"),
        "Users in two datacenters save their profiles at the leader and look at them on any replica. Then "
        "the line between the datacenters becomes slow: look at the proof in the verdict.",
        "No request failed, and still users did not find what they had just saved. Replication lag is "
        "enough.",
    ),
    Step(
        ONE_LEADER,
        ("run", "read-your-writes:position-token"),
        "The same slow line, but each client remembers how far its own writes got, and is never answered "
        "from an older state. Look at the verdict, and at how many reads were refused for it.",
        "A replica that lagged behind waited for a moment, or the leader answered instead.",
    ),
    Step(
        SEVERAL_LEADERS,
        ("run", "multi-datacenter:multi-leader"),
        "Each of three datacenters has a leader of its own, and one datacenter is cut off. Look for "
        "requests that were refused or left in doubt.",
        "The datacenter that was cut off went on by itself, and sent its changes to the others when it "
        "could.",
    ),
    Step(
        SEVERAL_LEADERS,
        ("run", "write-conflict:lww"),
        "The same titles are edited at leaders that cannot reach each other, and the newest timestamp "
        "wins. Look at how many acknowledged writes that costs.",
        "The leaders agree in the end. But many users were told that their edit was saved, and it is gone.",
    ),
    Step(
        SEVERAL_LEADERS,
        ("run", "write-conflict:record"),
        "The same edits and the same cut. Now writes that did not know of each other are kept side by "
        "side, and whoever reads next decides.",
        "The leaders agree, and the conflict is still there where somebody can see it.",
    ),
    Step(
        SEVERAL_LEADERS,
        ("tournament",),
        "One recorded set of conflicting edits goes through every resolver. Compare three columns: who "
        "agrees in the end, how many writes are lost, and whose intent is kept.",
        "A resolver that keeps more needs more bytes and time, or leaves the decision to a person. None "
        "is free.",
    ),
    Step(
        NO_LEADER,
        ("run", "quorum:too-few"),
        "Now any node takes writes. A write waits for w of the n homes of its key and a read asks r of "
        "them, but here w + r is not more than n: look at the reads while each gateway misses another "
        "home.",
        "A read could ask only homes that the newest write had not reached, so it showed a value that had "
        "been replaced.",
    ),
    Step(
        NO_LEADER,
        ("run", "quorum:overlap"),
        "The same faults with w + r > n, so each read asks at least one home that has the newest write. "
        "Look at what happens when n2 dies and too few homes are within reach.",
        "Without a quorum, clients got an error instead of an old value.",
    ),
    Step(
        NO_LEADER,
        ("run", "sloppy-quorum:hinted-handoff"),
        "A gateway is cut off from all homes of its keys, and other nodes stand in for them. Look for "
        "requests that failed, and for writes that are missing once the cut is healed.",
        "The stand-ins kept each write with a hint for whom it was, and handed them over when the homes "
        "were back.",
    ),
)
