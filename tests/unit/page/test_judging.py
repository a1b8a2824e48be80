"""What the page says of a history that still grows: each checker, and an anomaly with its proof."""

from collections.abc import Iterator

import pytest

from chaos.checkers import checker_names
from chaos.history import Event, History
from chaos.judging.suitable import IN_THE_END, WHILE_IT_RUNS, gravest, rank, suitable
from chaos.page.judging import Tally, in_words, judged
from chaos.recording.recorder import Recorder
from services.families import FAMILIES

SECOND_NS = 1_000_000_000


class Told:
    """A history that is written down step by step, one second after the other."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        ticks = iter(range(10_000))
        self.recorder = Recorder(self._events, lambda: next(ticks) * SECOND_NS)

    def write(self, value: int, node: str = "n1", epoch: int = 1) -> None:
        pending = self.recorder.invoke(self.recorder.new_process(), "write", "x", value, gateway="g1")
        self.recorder.ok(pending, node=node, epoch=epoch, position=[epoch, value])

    def read(self, value: int, node: str) -> None:
        pending = self.recorder.invoke(self.recorder.new_process(), "read", "x", gateway="g2")
        self.recorder.ok(pending, value=value, node=node, epoch=1, position=[1, value])

    def history(self) -> History:
        return History(tuple(self._events), dict(self.recorder.ends))


def test_an_anomaly_comes_with_its_proof_and_the_operations_in_words() -> None:
    told = Told()
    told.write(1)
    told.write(2)
    told.read(1, "n2")
    judgement = judged(told.history(), suitable("single-leader"))
    [alarm] = [each for each in judgement.alarms if each.name == "stale-read"]
    assert (alarm.title, alarm.count) == ("1 stale read", 1)
    assert "asked n2" in alarm.proof and "x=2 is written" in alarm.proof
    assert alarm.operations == (
        "3.000–4.000 s, process 1 at g1: write x = 2, acknowledged by n1 (epoch 1, position [1,2])",
        "5.000–6.000 s, process 2 at g2: read x is 1, says n2 (epoch 1, position [1,1])",
    )
    assert alarm.meaning.startswith("a read shows a value that had been replaced")


def test_two_who_acknowledge_at_once_are_found_before_anything_ends() -> None:
    told = Told()
    for value, (node, epoch) in enumerate([("n1", 1), ("n2", 2), ("n1", 1), ("n2", 2)]):
        told.write(value, node, epoch)
    [alarm] = judged(told.history(), suitable("single-leader")).alarms
    assert (alarm.name, alarm.title) == ("split-brain", "Split brain")
    assert alarm.counted(3).title == "Split brain"


def test_more_of_the_same_keeps_the_first_proof() -> None:
    told = Told()
    told.write(1)
    told.write(2)
    told.read(1, "n2")
    [alarm] = [a for a in judged(told.history(), ["stale-read"]).alarms if a.name == "stale-read"]
    more = alarm.counted(12)
    assert (more.title, more.count, more.proof) == ("12 stale reads", 12, alarm.proof)


def conflicting(*values: int) -> History:
    """Each of these is written by somebody who knew of none of the others."""
    told = Told()
    for value in values:
        process = told.recorder.new_process()
        pending = told.recorder.invoke(process, "write", "x", value, gateway="g1", saw=[])
        told.recorder.ok(pending, node=f"n{value}")
    return told.history()


def test_what_was_found_goes_on_counting_from_chapter_to_chapter() -> None:
    tally, counted = Tally(), []
    for chapter in ([(1, 2), (1, 2, 3)], [(1,), (1, 2)]):
        for values in chapter:
            tally.take(judged(conflicting(*values), ["conflict"]))
            counted.append(([check.words for check in tally.checks], [each.count for each in tally.alarms]))
        tally.turn_the_page()
    assert counted == [([f"conflict: {count}"], [count]) for count in (1, 3, 3, 4)]


def test_each_check_says_what_it_knows() -> None:
    told = Told()
    assert all(check.found is None for check in judged(told.history(), suitable("leaderless")).checks)
    told.write(1)
    told.read(1, "n2")
    words = {check.name: check.words for check in judged(told.history(), suitable("leaderless")).checks}
    assert words["stale-read"] == "no stale-read"
    assert words["failed-write-seen"].startswith("failed-write-seen: cannot tell yet, because ")


def test_without_settling_the_end_proves_nothing() -> None:
    told = Told()
    told.write(1)
    for node in ("n1", "n2"):
        told.recorder.final(node, {"registers": {}, "sets": {}, "epoch": 1, "position": [1, 1]})
    settled = {check.name: check.found for check in judged(told.history(), IN_THE_END).checks}
    assert settled["lost-write"] is True
    late = judged(told.history(), IN_THE_END, ["not settled after 15 s: n2 is behind"])
    assert {check.name: check.found for check in late.checks}["diverged-replicas"] is None


def test_a_write_that_every_replica_lacks_counts_once() -> None:
    told = Told()
    told.write(1)
    told.write(2)
    for node in ("n1", "n2", "n3"):
        told.recorder.final(node, {"registers": {"x": 1}, "sets": {}, "epoch": 1, "position": [1, 1]})
    alarms = {each.name: each for each in judged(told.history(), IN_THE_END).alarms}
    assert {name: alarm.title for name, alarm in alarms.items()} == {
        "lost-write": "1 write lost",
        "stale-replica": "1 replaced value left on a replica",
    }
    assert "after settling, n1, n2 and n3 still hold 1 under x" in alarms["stale-replica"].proof
    assert len(alarms["stale-replica"].operations) == 4  # the write, and what each of the three holds


def test_operations_in_words_say_what_became_of_them() -> None:
    told = Told()
    recorder = told.recorder
    refused = recorder.invoke(recorder.new_process(), "write", "x", 1, gateway="g1")
    recorder.fail(refused, "no-leader")
    doubtful = recorder.invoke(recorder.new_process(), "write", "x", 2, gateway="g1")
    recorder.info(doubtful, "timed-out")
    recorder.invoke(recorder.new_process(), "read", "x", gateway="g1")
    several = recorder.invoke(recorder.new_process(), "read", "x", gateway="g1")
    recorder.ok(several, value=None, siblings=[1, "b"], node="n1")
    assert [in_words(op).partition(": ")[2] for op in told.history().operations] == [
        "write x = 1, refused (no-leader)",
        "write x = 2, in doubt (timed-out)",
        "read x, not answered yet",
        'read x is 1 | "b", says n1',
    ]


def test_what_is_lost_for_good_is_graver_than_a_split_brain_and_that_than_anything_that_passes() -> None:
    found = ["stale-read", "stale-replica", "split-brain", "lost-write", "new-then-old"]
    assert sorted(found, key=rank) == [
        "lost-write",
        "split-brain",
        "stale-replica",
        "stale-read",
        "new-then-old",
    ]
    assert gravest(found) == ("lost-write",) and gravest(()) == ()


def all_names() -> Iterator[str]:
    for names in (*WHILE_IT_RUNS.values(), IN_THE_END):
        yield from names


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_checkers_of_its_own(family: str) -> None:
    assert family in WHILE_IT_RUNS
    assert {"stale-read", "read-your-writes"} <= set(suitable(family))
    assert ("split-brain" in suitable(family)) == (family == "single-leader")
    assert set(all_names()) <= set(checker_names())
