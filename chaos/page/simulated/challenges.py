"""Six challenges: break a cluster so that clients see what they should never see; checkers judge the answer.

Each is a cluster under load, without a script, and an anomaly that shows only if the right faults strike.
An answer is judged by the history of what clients saw, like every run, so there is no single right answer:
whatever makes the anomaly show is right. Each `solution` is one answer of many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from chaos.judging.verdict import Finding
from chaos.page.orders import Order
from chaos.page.simulated.film import Proof, Reel, proof_of
from chaos.page.simulated.plan import Plan, Struck
from chaos.report.words import MEANINGS
from services.errors import LabError


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement on an answer: `solved` is null if unknown. It has a hint if the goal was not reached."""

    solved: bool | None
    sentence: str
    proof: Proof
    hint: str = ""


@dataclass(frozen=True)
class Challenge:
    """`anomaly` must show in a run of `variant` of `scenario` from `seed`.

    `hints` go from vague to plain; `solution` are strikes, each with its moment in milliseconds, and `why`
    says why they do it.
    """

    id: str
    family: str
    title: str
    task: str
    scenario: str
    variant: str
    anomaly: str
    hints: tuple[str, ...]
    solution: tuple[tuple[int, str, str, str], ...]
    why: str
    seed: int = 1

    @property
    def plan(self) -> Plan:
        """The cluster under load, without any faults."""
        return Plan(self.scenario, self.variant, self.seed, story=False)

    def must_be_of(self, plan: Plan) -> None:
        """Raise `LabError` bad-request unless `plan` is for this cluster, without the scenario's script."""
        if (plan.scenario, plan.variant, plan.story) != (self.scenario, self.variant, False):
            raise LabError(
                "bad-request",
                f"an answer to {self.id!r} strikes {self.scenario}:{self.variant} without its story, "
                f"not {plan.scenario}:{plan.variant}{' with it' if plan.story else ''}",
            )

    @property
    def solved_plan(self) -> Plan:
        """The same with the solution."""
        strikes = tuple(Struck(at, Order(what, node, other)) for at, what, node, other in self.solution)
        return msgspec.structs.replace(self.plan, strikes=strikes)

    @property
    def told(self) -> dict[str, Any]:
        """What a page may know from the beginning."""
        about = {name: getattr(self, name) for name in ("id", "family", "title", "task", "anomaly", "plan")}
        return {**about, "means": MEANINGS.get(self.anomaly, "")}


def answered(challenge: Challenge, made: Reel, tries: int) -> Answer:
    """The judgement on an answer, the `tries`-th: the proof, or a hint."""
    finding = next(each for each in made.findings if each.name == challenge.anomaly)
    proof = proof_of(finding)
    if finding.found:
        return Answer(solved=True, sentence=f"Solved: {proof.words}.", proof=proof)
    if not made.film.struck:
        return Answer(solved=False, sentence=challenge.task, proof=proof)
    hint = challenge.hints[min(max(tries - 1, 0), len(challenge.hints) - 1)]
    if finding.found is None:
        return Answer(solved=None, sentence=f"Nobody can tell: {finding.reason}", proof=proof, hint=hint)
    return Answer(solved=False, sentence=f"Not yet: {_also(made.findings, proof)}.", proof=proof, hint=hint)


def _also(findings: Sequence[Finding], proof: Proof) -> str:
    """What did not show, and what showed instead."""
    others = [proof_of(each).words for each in findings if each.found]
    return f"{proof.words}, but {', '.join(others)}" if others else proof.words


def _table(*challenges: Challenge) -> Mapping[str, Challenge]:
    return {each.id: each for each in challenges}


CHALLENGES = _table(
    Challenge(
        id="vanish",
        family="single-leader",
        title="Make an acknowledged write vanish",
        task="A client is told “done”, and in the end no replica has its write. Make that happen.",
        scenario="lost-writes",
        variant="async",
        anomaly="lost-write",
        hints=(
            "The leader acknowledges before any follower has the write. Whose disk has it meanwhile?",
            "Let the leader go on with followers that hear nothing of it, and then let it lead no more.",
            "Cut n1 – n2 and n1 – n3, let a second pass, and kill n1.",
        ),
        solution=((1500, "cut", "n1", "n2"), (1500, "cut", "n1", "n3"), (2000, "kill", "n1", "")),
        why="n1 acknowledged writes that no follower had. Its successor begins without them, and when n1 "
        "returns as a follower, it must drop what its leader does not have.",
    ),
    Challenge(
        id="two-leaders",
        family="single-leader",
        title="Make two leaders acknowledge at once",
        task="Two replicas take writes as leader in the same span of time. Make that happen.",
        scenario="split-brain",
        variant="unfenced",
        anomaly="split-brain",
        hints=(
            "The controller appoints another leader when it no longer hears from the old one. It need not "
            "be dead.",
            "The old leader needs a gateway that still believes in it: one that is told nothing new.",
            "Cut n1 off from n2, n3 and the controller, and g1 from the controller as well.",
        ),
        solution=(
            (1500, "cut", "n1", "controller"),
            (1500, "cut", "g1", "controller"),
            (1500, "cut", "n1", "n2"),
            (1500, "cut", "n1", "n3"),
        ),
        why="The controller hears nothing from n1 and appoints another leader. g1 hears nothing from the "
        "controller, and brings its clients' writes to n1, which nobody has told to stop.",
    ),
    Challenge(
        id="never-agree",
        family="multi-leader",
        title="Make replicas that never agree",
        task="Everything is healed and everybody has heard of every change, and still two replicas hold "
        "different values. Make that happen.",
        scenario="write-conflict",
        variant="arrival-order",
        anomaly="diverged-replicas",
        hints=(
            "Here whatever arrives last wins. When do two changes arrive in different orders?",
            "Two leaders must each take a write of one key before they hear of the other's; and the last "
            "such pair must be on its way when clients stop.",
            "Make the link n1 – n2 slow, and leave it so.",
        ),
        solution=((1500, "slow", "n1", "n2"),),
        why="Each of the two leaders takes its own client's write at once, and the other's after it. Each "
        "keeps what came last, which is the other one's value, and nothing ever tells them so.",
    ),
    Challenge(
        id="answer-first",
        family="multi-leader",
        title="Show an answer before its question",
        task="Somebody asks at one leader, somebody answers at another, and at the third the answer is "
        "there without the question. Make that happen.",
        scenario="overtaking",
        variant="arrival-order",
        anomaly="causality",
        hints=(
            "All leaders talk to all, each over a link of its own. What if one of these takes longer?",
            "The answer must find a way to the third leader by which the question does not come.",
            "Cut n1 – n3 only: what n2 answers to n1's questions still reaches n3.",
        ),
        solution=((1500, "cut", "n1", "n3"),),
        why="n3 hears of n2's answers, and of n1's questions only after the link is healed. Version vectors "
        "would let n3 hold the answer back until the question is there.",
    ),
    Challenge(
        id="stale-quorum",
        family="leaderless",
        title="Make w + r > n read a replaced value",
        task="Every write goes to two of a key's three homes, and every read asks two. So they overlap; "
        "and still a read shows a value that had been replaced before. Make that happen.",
        scenario="quorum-limits",
        variant="sloppy",
        anomaly="stale-read",
        hints=(
            "The quorum is sloppy: where a home is out of reach, another node stands in for it.",
            "Look which three nodes hold keys: these are the homes. Let one gateway write to others.",
            "Cut g1 off from n1, n3 and n4, and leave g2 alone.",
        ),
        solution=((1500, "cut", "g1", "n1"), (1500, "cut", "g1", "n3"), (1500, "cut", "g1", "n4")),
        why="What g1 writes is held by stand-ins, with hints for whom they keep it. g2 reads from the "
        "homes, which know nothing of it: w and r count answers, but no longer of the same nodes.",
    ),
    Challenge(
        id="deleted-returns",
        family="leaderless",
        title="Bring a deleted item back",
        task="A client deletes what it has seen, and is told “done”; in the end it is there again. Make "
        "that happen.",
        scenario="concurrent-writes",
        variant="tombstone-grace",
        anomaly="deleted-item-returns",
        hints=(
            "A home remembers a delete by a tombstone, and throws it away after a second.",
            "Who was away while the delete was made, and for longer than the tombstone lived?",
            "Kill n3 early, and start it again three seconds later, while clients still read.",
        ),
        solution=((1500, "kill", "n3", ""), (4500, "restart", "n3", "")),
        why="n3 missed the deletes and still has the old values. When it returns, the others have forgotten "
        "that there was anything to delete, and take what n3 has for news.",
        seed=2,
    ),
)
