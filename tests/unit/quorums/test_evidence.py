"""What is read off a run: how stale each read was, who was answered, how long messages took."""

from collections.abc import Iterator
from typing import Any

from chaos.history import Event
from chaos.quorums.evidence import BEGIN, END, Answered, Probe, sample
from chaos.recording.folder import NoFolder
from chaos.recording.recorder import Recorder

MS = 1_000_000


class Story:
    """Records operations at the milliseconds that a test says."""

    def __init__(self) -> None:
        self.now_ms = 0.0
        self.folder = NoFolder()
        self.recorder: Recorder = self.folder.recorder(lambda: round(self.now_ms * MS))

    def at(self, ms: float) -> Recorder:
        self.now_ms = ms
        return self.recorder

    def begin(self, ms: float, f: str, value: Any = None) -> Event:
        recorder = self.at(ms)
        return recorder.invoke(recorder.new_process(), f, "x", value)

    def write(self, value: int, begin_ms: float, end_ms: float) -> None:
        pending = self.begin(begin_ms, "write", value)
        self.at(end_ms).ok(pending, node="n1")

    def read(self, value: int | None, begin_ms: float, end_ms: float) -> None:
        pending = self.begin(begin_ms, "read")
        self.at(end_ms).ok(pending, value=value, node="n1")

    def probes(self) -> tuple[Probe, ...]:
        self.at(1000).nemesis(END)
        return sample(self.folder.recorded(), []).probes


def told() -> Story:
    story = Story()
    story.at(0).nemesis(BEGIN)
    story.write(1, 0, 10)
    story.write(2, 20, 30)
    return story


def test_a_read_is_stale_by_the_versions_that_were_acknowledged_before_it_began() -> None:
    story = told()
    for begin_ms, value in ((35, 2), (37, 1), (39, None)):
        story.read(value, begin_ms, begin_ms + 1)
    assert story.probes() == (Probe(5, 0), Probe(7, 1), Probe(9, 2))


def test_reads_during_a_write_do_not_count() -> None:
    story = told()
    pending = story.begin(40, "write", 3)
    story.read(2, 41, 42)
    story.at(50).ok(pending, node="n1")
    assert story.probes() == ()


def test_keys_that_were_written_by_several_at_once_do_not_count() -> None:
    story = told()
    one, other = story.begin(40, "write", 3), story.begin(41, "write", 4)
    story.at(42).ok(one, node="n1")
    story.at(43).ok(other, node="n1")
    story.read(2, 50, 51)
    assert story.probes() == ()


def test_requests_are_counted_where_they_began_and_ended() -> None:
    story = told()
    late = story.begin(40, "write", 3)
    story.at(41).nemesis(END)
    story.at(42).nemesis(BEGIN)
    story.at(43).info(late, "began before")
    story.at(44).fail(story.begin(43.5, "read"), "no-quorum")
    story.at(45).info(story.begin(44.5, "write", 4), "too-few-answers")
    story.at(46).nemesis(END)
    found = sample(story.folder.recorded(), [])
    assert found.writes == (Answered(2, 2), Answered(0, 1))
    assert found.reads == (Answered(0, 0), Answered(0, 1))
    assert found.write_ms == (10.0, 10.0)


def messages() -> Iterator[dict[str, Any]]:
    for kind, times in (
        ("store-versions", (0, 20, 22, 23)),
        ("fetch-versions", (30, 31, 31, 33)),
        ("write", (0, 1, 24, 25)),
        ("read", (28, 29.5, 34, 35)),
    ):
        moments = dict(
            zip(("time", "arrived", "answered", "ended"), (MS * each for each in times), strict=True)
        )
        yield {"kind": kind, "outcome": "ok", **moments}
    yield {"kind": "store-versions", "outcome": "timed-out", "time": 5, "arrived": None, "answered": None}


def test_the_four_legs_are_those_of_the_messages_that_were_answered() -> None:
    story = told()
    story.at(1000).nemesis(END)
    found = sample(story.folder.recorded(), list(messages()))
    assert found.soon.writes == ((20.0, 3.0),) and found.late.writes == ((22.0, 1.0),)
    assert found.soon.reads == found.late.reads == ((1.0, 2.0),)
    assert found.soon.clients == found.late.clients == (2.5,)
