"""Mistakes that somebody could make in the services, each a line or two, and the sweep that must catch it.

They are patches over the right code, which so stays the only code. A mistake is in force while its
`patch` is entered. Its name says what is wrong; its `hunt` says which remedy it breaks, which checker
must say so, and under which faults.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import apsw
from msgspec import structs

from chaos.cluster.seeds import child
from chaos.schedules.schedule import Kind, Schedule, Stroke
from chaos.sessions.simulate import Simulation
from chaos.sweeping.sweep import drawn_schedule
from services.lease_clock import LeaseClock
from services.messages import Entry, Position
from services.ports import Env
from services.single_leader import acknowledgement
from services.single_leader.acknowledgement import FollowerView
from services.single_leader.control import controller, failover
from services.single_leader.control.view import Attempt, View
from services.single_leader.lease import Lease
from services.single_leader.reads import reading
from services.single_leader.shipping import Follower, Shipping
from services.single_leader.standing import Standing
from services.single_leader.storage import Storage
from services.single_leader.watermark import Watermark
from services.store import effects

CLOCKS = ("monotonic", "boottime", "wall")
Plant = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Hunt:
    """Where a mistake is looked for: a remedy, with some settings of its own, and what it must be free of.

    `schedule` makes the faults of a seed; None stands for the scenario's script.
    """

    remedy: str
    anomaly: str
    schedule: Callable[[int], Schedule | None] = drawn_schedule
    settings: tuple[tuple[str, Any], ...] = ()

    def simulation(self, seed: int) -> Simulation:
        """The run of that seed."""
        scenario, _, variant = self.remedy.partition(":")
        return Simulation(scenario, variant, seed, self.schedule(seed), settings=self.settings)


@dataclass(frozen=True)
class Bug:
    """A mistake, and the sweep that must catch it."""

    hunt: Hunt
    patch: Plant


def by_script(_: int) -> None:
    """The scenario's own faults."""


ISLAND = (
    Stroke(
        kind="cut",
        at_ms=500,
        for_ms=3500,
        source="leader",
        targets=("n1", "n2", "n3", "controller", "g2"),
    ),
    Stroke(kind="cut", at_ms=500, for_ms=3500, source="g1", targets=("controller",)),
)


def island_and_a_jump(seed: int) -> Schedule:
    """The leader is alone with a gateway that hears nothing new, and its wall clock jumps."""
    random = child(seed, "island")
    jump = Stroke(
        kind="clock",
        at_ms=random.randrange(3000),
        for_ms=random.randrange(3000),
        source="leader",
        amount=random.randrange(-3000, 3000),
    )
    return Schedule((*ISLAND, jump), length_ms=4500)


def island_and_drift(_: int) -> Schedule:
    """The leader is alone with a gateway that hears nothing new, and its clock is slow."""
    slow = Stroke(kind="clock-drift", at_ms=0, for_ms=4000, source="leader", amount=-50)
    fast = Stroke(kind="clock-drift", at_ms=0, for_ms=4000, source="controller", amount=50)
    return Schedule((slow, fast, *ISLAND), length_ms=4500)


def island_and_a_freeze(seed: int) -> Schedule:
    """The leader is alone with a gateway that hears nothing new, and its machine stands still for a while."""
    random = child(seed, "island")
    kind: Kind = random.choice(("sleep", "freeze"))
    still = Stroke(kind=kind, at_ms=random.randrange(400, 700), for_ms=2700, source="leader")
    return Schedule((*ISLAND, still), length_ms=4500)


def late_answers(seed: int) -> Schedule:
    """All lose power for a moment; when one of them is asked to lead again, its links have become slow.

    So the order arrives and the answer does not, or not in time.
    """
    random = child(seed, "late")
    power = Stroke(kind="kill", at_ms=500, for_ms=17, source="n1", targets=("n2", "n3"))
    slow = Stroke(
        kind="slow",
        at_ms=500 + random.randrange(600),
        for_ms=random.randrange(1000, 2500),
        source="n1",
        amount=random.randrange(300, 800),
    )
    return Schedule((power, slow), length_ms=4000)


BUGS: dict[str, Bug] = {}

LOSSES = Hunt("lost-writes:semi-sync", "lost-write")
DIVERGENCE = Hunt("lost-writes:semi-sync", "diverged-replicas")
SYNC_LOSSES = Hunt("lost-writes:sync", "lost-write")
QUORUM_LOSSES = Hunt("split-brain:quorum-ack", "lost-write")
STALENESS = Hunt("stale-reads:bounded", "stale-read", by_script)
# Where writes wait for the slow follower anyway, the rule has hardly anything left to do.
STALENESS_OF_FAST_WRITES = replace(STALENESS, settings=(("replication", "async"),))
# Without followers to wait for, nothing but the lease stops a leader that was cut off.
ALONE = (("replication", "async"), ("lease_ms", 1500))
TWO_LEADERS = Hunt("split-brain:lease", "split-brain", by_script, ALONE)
TWO_LEADERS_AND_A_JUMP = replace(TWO_LEADERS, schedule=island_and_a_jump)
TWO_LEADERS_AND_A_FREEZE = replace(TWO_LEADERS, schedule=island_and_a_freeze)
TWO_LEADERS_OF_AN_EPOCH = Hunt("key-reuse:semi-sync", "cross-user-leak", late_answers)
TWO_LEADERS_AND_DRIFT = replace(TWO_LEADERS, schedule=island_and_drift)


def bug(hunt: Hunt) -> Callable[[Plant], Plant]:
    """Enter a mistake in the table."""

    def enter(plant: Plant) -> Plant:
        BUGS[plant.__name__.replace("_", "-")] = Bug(hunt, plant)
        return plant

    return enter


@bug(LOSSES)
def commits_are_not_synced() -> Any:
    init = Storage.__init__

    def careless(self: Storage, connect: Callable[[str], apsw.Connection], *rest: Any) -> None:
        init(self, connect, *rest)
        self._writer.pragma("synchronous", "off")

    return patch.object(Storage, "__init__", careless)


@bug(LOSSES)
def what_was_sent_counts_as_received() -> Any:
    next_batch = Shipping._next_batch

    def hasty(self: Shipping, follower: Follower) -> Any:
        batch = next_batch(self, follower)
        follower.view = FollowerView(batch.last.sequence)
        return batch

    return patch.object(Shipping, "_next_batch", hasty)


@bug(QUORUM_LOSSES)
def a_majority_is_one_too_few() -> Any:
    return patch.object(acknowledgement, "acknowledged", lambda rule, own, *_: own)


@bug(SYNC_LOSSES)
def sync_waits_for_the_fastest() -> Any:
    def first(rule: str, own: int, followers: Mapping[str, FollowerView], *_: Any) -> int:
        return min(own, max(view.durable for view in followers.values()))

    return patch.object(acknowledgement, "acknowledged", first)


@bug(LOSSES)
def the_oldest_log_is_promoted() -> Any:
    return patch.object(failover, "newest", lambda positions: min(positions, key=positions.__getitem__))


@bug(LOSSES)
def one_promise_too_few_is_enough() -> Any:
    enough = acknowledgement.enough_promises
    return patch.object(failover, "enough_promises", lambda *counted: enough(*counted) - 1)


@bug(LOSSES)
def promises_are_not_waited_for() -> Any:
    def by_hearsay(view: Any, *_: Any) -> Any:
        return {node: seen.position for node, seen in view.seen.items() if node != view.leader}

    return patch.object(failover, "candidates", by_hearsay)


@bug(TWO_LEADERS_OF_AN_EPOCH)
def another_is_asked_in_the_same_epoch() -> Any:
    def at_once(_: View, attempt: Attempt, node: str) -> failover.Action:
        return failover.Promote(node, attempt.epoch, attempt.reason)

    return patch.object(failover, "_promotion", at_once)


@bug(LOSSES)
def old_leaders_are_not_refused() -> Any:
    init = Standing.__init__

    def trusting(self: Standing, *given: Any) -> None:
        init(self, *given)
        self.cluster = structs.replace(self.cluster, epochs=False)

    return patch.object(Standing, "__init__", trusting)


@bug(LOSSES)
def who_waits_is_told_yes_when_the_leader_stops() -> Any:
    """Either of two things would do to prevent it."""
    both = ExitStack()
    both.enter_context(patch.object(Watermark, "fail", lambda self, _: self.raise_to(1 << 40)))
    both.enter_context(patch.object(Lease, "give_up", lambda _: None))
    return both


@bug(DIVERGENCE)
def an_entry_of_a_batch_is_skipped() -> Any:
    accept = Storage.accept

    def skipping(
        self: Storage, epoch: int, previous: Position, entries: list[Entry], *rest: Any, **named: Any
    ) -> Any:
        return accept(self, epoch, previous, entries[:1] + entries[2:], *rest, **named)

    return patch.object(Storage, "accept", skipping)


@bug(DIVERGENCE)
def an_undone_entry_leaves_its_effect() -> Any:
    return patch.object(effects, "take_back", lambda *_: None)


@bug(STALENESS)
def a_follower_does_not_look_how_far_behind_it_is() -> Any:
    return patch.object(reading, "check_lag", lambda *_: None)


@bug(STALENESS_OF_FAST_WRITES)
def writes_do_not_wait_for_those_who_may_still_read() -> Any:
    return patch.object(acknowledgement, "seen_by_readers", lambda own, *_: own)


@bug(TWO_LEADERS)
def the_controller_does_not_wait_for_the_lease() -> Any:
    return patch.object(failover, "old_leader_is_over", lambda *_: True)


@bug(TWO_LEADERS)
def a_leader_does_not_look_at_its_lease() -> Any:
    return patch.object(Lease, "valid", True)


@bug(TWO_LEADERS_AND_DRIFT)
def a_lease_does_not_allow_for_drift() -> Any:
    return patch.object(controller, "over_for_everybody_s", lambda duration_s: duration_s)


@bug(TWO_LEADERS_AND_A_FREEZE)
def a_lease_does_not_count_while_the_machine_stands_still() -> Any:
    return patch.object(LeaseClock, "now_s", lambda self: self._clock.monotonic())


@bug(TWO_LEADERS_AND_A_FREEZE)
def a_lease_does_not_look_whether_the_wall_clock_was_set_right() -> Any:
    return patch.object(LeaseClock, "now_s", lambda self: self._clock.boottime())


@bug(TWO_LEADERS_AND_A_JUMP)
def a_lease_goes_by_the_wall_clock() -> Any:
    init = Lease.__init__

    def confused(self: Lease, env: Env, *rest: Any) -> None:
        clock: Any = SimpleNamespace(**dict.fromkeys(CLOCKS, env.clock.wall), sleep=env.clock.sleep)
        init(self, replace(env, clock=clock), *rest)

    return patch.object(Lease, "__init__", confused)
