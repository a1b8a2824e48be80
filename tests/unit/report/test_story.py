"""From a recording to what is told of it: faults as spans, roles, lag, contents, the story."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chaos.cluster import Event as Logged
from chaos.history import Event, History
from chaos.recording.folder import RunFolder
from chaos.report import fault_words
from chaos.report.bands import bands
from chaos.report.cast import Cast, cast_of
from chaos.report.columns import message_columns, operation_columns
from chaos.report.contents import final_contents
from chaos.report.drawing import drawing
from chaos.report.lag import lags
from chaos.report.node_words import in_rows, sentence
from chaos.report.roles import lives
from chaos.report.saved import Saved, read_again
from chaos.report.story import story
from tests.unit.report.runs import by_hand, simulated

CAST = Cast(("n1", "n2", "n3"), ("g1", "g2"), has_controller=True)
CUT_OFF = {"n2": ["n1", "g1"], "n3": ["n1", "g1"], "n1": ["n2", "n3", "g2", "controller"]}
ALONE = {**CUT_OFF, "g1": ["controller"], "controller": ["n1", "g1"]}


def history(*faults: tuple[str, Mapping[str, Any]]) -> History:
    return History.of(
        Event(index=index, time=index * 100, type="info", process="nemesis", f=f, value=value)
        for index, (f, value) in enumerate(faults)
    )


def told(saved: Saved) -> list[str]:
    cast, faults = cast_of(saved), bands(saved.history)
    return [statement.text for statement in story(saved, cast, faults, final_contents(saved))]


@pytest.fixture(scope="module")
def split_brain(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    (folder,) = simulated(tmp_path_factory.mktemp("runs"), "split-brain:unfenced")
    return read_again(RunFolder(folder))


def test_a_fault_lasts_until_the_event_that_ends_it() -> None:
    grudge, links, nodes = {"grudge": {"n2": ["n1"]}}, {"links": ["n1-n2"]}, {"nodes": ["n1"]}
    found = bands(
        history(
            ("start-partition", grudge),
            ("slow", {**links, "latency_ms": 300}),
            ("kill", nodes),
            ("stop-partition", grudge),
            ("start", nodes),
            ("fast", links),
            ("promote", nodes),
            ("pause", nodes),
        )
    )
    spans = [(band.f, band.from_ns, band.to_ns) for band in found]
    assert spans == [
        ("start-partition", 0, 300),
        ("slow", 100, 500),
        ("kill", 200, 400),
        ("promote", 600, 600),
        ("pause", 700, None),
    ]


def test_a_fault_of_chance_ends_where_its_stroke_does() -> None:
    stroke = {"stroke": "1.000 s, for 0.5 s: dead: n1", "on": ["n1"]}
    (band,) = bands(history(("kill", stroke), ("start-on-empty-disk", stroke)))
    assert band.to_ns == 100
    assert band.nodes(CAST) == ["n1"]
    assert fault_words.sentence(band, CAST) == "Fault: dead: n1."


@pytest.mark.parametrize(
    ("f", "value", "words"),
    [
        ("start-partition", {"grudge": ALONE}, "Partition: {g1, n1} cannot reach {g2, n2, n3, controller}."),
        ("start-partition", {"grudge": {"n2": ["n1"]}}, "what is sent over n1 → n2 is lost without a sign"),
        ("start-lose-reply", {"links": ["n1-n2"]}, "Answers over n1 → n2 are lost"),
        ("slow", {"links": ["n1-n2"], "latency_ms": 300}, "n1 → n2 takes 300 ms longer"),
        ("kill", {"nodes": ["n1", "n2"]}, "n1 and n2 are killed."),
        ("pause", {"nodes": ["n3"]}, "n3 stands still"),
        ("start-upgrade", {"nodes": ["n1", "n2"]}, "An operator stops n1 and n2 for an upgrade."),
        ("promote", {"nodes": ["n2"]}, "An operator promotes n2."),
        ("hand-over", {"nodes": []}, "hand over to whom it likes."),
        ("start-load-spike", {"rate_per_s": 200}, "A load spike: 200 more requests a second."),
        ("meteor", {"on": "everything"}, "Fault: meteor {'on': 'everything'}."),
    ],
)
def test_faults_in_words(f: str, value: Mapping[str, Any], words: str) -> None:
    (band,) = bands(history((f, value)))
    assert words in fault_words.sentence(band, CAST)


def test_an_unknown_event_is_told_as_the_node_said_it() -> None:
    assert sentence(Logged(0, "n1", "promoted", {"epoch": 2})) == "n1 promoted epoch=2"
    refusal = Logged(0, "n2", "refused-old-leader", {"sender": "n1", "its_epoch": 1})
    other = Logged(0, "n3", "refused-old-leader", {"sender": "n1", "its_epoch": 1})
    rows = in_rows([refusal, other, refusal, refusal, Logged(0, "n2", "routes-writes", {})])
    assert [(event.node, times) for event, times in rows] == [("n2", 3), ("n3", 1)]


def test_the_story_of_a_lost_write(tmp_path: Path) -> None:
    assert told(by_hand(tmp_path)) == [
        "n1 becomes the leader of epoch 1, at position 0 (first).",
        "n2 starts.",
        "n1 (epoch 1) acknowledges 1 write.",
        "n1 is killed.",
        "n2 becomes the leader of epoch 2, at position 0 (n1 silent).",
        "1 is refused; 1 is in doubt (done or not, nobody can say).",
        "Over after 0.20 s: n1 dead.",
        "Healed and settled, n1 and n2 are read: 2 keys, the same on all of them; on 1 the last "
        "acknowledged write is missing.",
        "lost-write: Process 0 was told by n1 (epoch 1) at 0.080 s that x=1 is written; no replica shows "
        "it at the end (n1: nothing, n2: nothing), and nothing acknowledged replaced it.",
    ]


def test_every_statement_leads_to_events_of_the_recording(split_brain: Saved) -> None:
    cast, faults = cast_of(split_brain), bands(split_brain.history)
    statements = story(split_brain, cast, faults, final_contents(split_brain))
    assert {statement.kind for statement in statements} == {
        *("clients", "fault", "healed", "node", "found", "more", "end")
    }
    for statement in statements:
        assert statement.from_ns <= statement.to_ns <= split_brain.end_ns + 1
        assert all(0 <= index < len(split_brain.history.events) for index in statement.ops)
        assert statement.ops or statement.kind in ("healed", "node", "more", "end")


def test_causes_stand_before_effects_and_findings_behind_their_proof(split_brain: Saved) -> None:
    cast, faults = cast_of(split_brain), bands(split_brain.history)
    statements = story(split_brain, cast, faults, final_contents(split_brain))
    moments = [statement.at_ns for statement in statements]
    assert moments == sorted(moments)
    texts = [statement.text for statement in statements]
    promoted = next(place for place, text in enumerate(texts) if "becomes the leader of epoch 2" in text)
    first = next(place for place, text in enumerate(texts) if "(epoch 2) acknowledges" in text)
    assert promoted < first
    for place, statement in enumerate(statements):
        if statement.kind == "found":
            proof = max(split_brain.history.events[index].time for index in statement.ops)
            assert all(moment <= proof for moment in moments[:place])
    found = [statement.text.split(":")[0] for statement in statements if statement.kind == "found"]
    assert found[0] == "split-brain"
    assert texts.index(next(text for text in texts if text.startswith("Healed and settled"))) < texts.index(
        next(text for text in texts if text.startswith("lost-write"))
    )


def test_roles_change_with_the_log_and_with_faults(split_brain: Saved, tmp_path: Path) -> None:
    spans = lives(split_brain, cast_of(split_brain), bands(split_brain.history))
    states = {node: [(span.state, span.epoch) for span in some] for node, some in spans.items()}
    assert states["n1"] == [("leader", 1), ("follower", 1), ("follower", 2)]
    assert ("leader", 2) in [*states["n2"], *states["n3"]]
    dead = by_hand(tmp_path)
    life = lives(dead, cast_of(dead), bands(dead.history))["n1"]
    assert [span.state for span in life] == ["leader", "dead", "starting"]


def test_a_leader_whose_lease_ran_out_leads_no_more_though_it_says_so(tmp_path: Path) -> None:
    def said(time_s: float, event: str, role: str = "leader", epoch: int = 1) -> Logged:
        return Logged(time_s, "n1", event, {"role": role, "epoch": epoch})

    def seen(time_ns: int, role: str) -> dict[str, Any]:
        return {"time": time_ns, "node": "n1", "role": role, "epoch": 1}

    events = (said(0.1, "lease-expired"), said(0.3, "refused-log"), said(0.5, "lease-granted"))
    samples = [seen(0, "leader"), seen(200_000_000, "leader"), seen(900_000_000, "follower")]
    saved = replace(by_hand(tmp_path, events=events), samples=samples)
    spans = lives(saved, CAST, ())["n1"]
    assert [(span.from_ns, span.state) for span in spans] == [
        *((0, "leader"), (100_000_000, "unleased"), (500_000_000, "leader"), (900_000_000, "follower"))
    ]


def test_who_waits_for_its_first_lease_does_not_lead_yet(tmp_path: Path) -> None:
    def states(*names: str) -> list[tuple[float, str]]:
        fields = {"role": "leader", "epoch": 2}
        events = [Logged(time_s, "n2", name, fields) for time_s, name in enumerate(names, start=1)]
        saved = replace(quiet, events=events)
        return [(span.from_ns / 1e9, span.state) for span in lives(saved, CAST, ())["n2"]]

    quiet = replace(by_hand(tmp_path), samples=[])
    assert states("promoted", "lease-granted") == [(1, "unleased"), (2, "leader")]
    assert states("promoted", "refused-log") == [(1, "leader")]  # no leases are granted there


def test_lag_grows_while_a_replica_is_cut_off(split_brain: Saved) -> None:
    curves = lags(split_brain)
    assert set(curves) == {"n1", "n2", "n3"}
    (fault,) = bands(split_brain.history)
    before = [lag for moment, lag in curves["n1"] if lag is not None and moment < fault.from_ns]
    assert max(before) < 100 < max(lag for _, lag in curves["n1"] if lag is not None)


def test_columns_are_as_long_as_what_they_tell_of(split_brain: Saved) -> None:
    operations = operation_columns(split_brain)
    count = len(split_brain.history.client_operations) + len(operations["final"])
    assert all(
        len(operations[name]) == count for name in ("index", "begin", "end", "key", "value", "outcome")
    )
    messages = message_columns(split_brain)
    assert len(messages["sent"]) == len(split_brain.messages) > 100
    assert not messages["is_hearsay"]


def test_without_an_eavesdropper_clients_and_logs_are_heard(tmp_path: Path) -> None:
    messages = message_columns(by_hand(tmp_path))
    assert messages["is_hearsay"]
    assert [messages["words"][place] for place in messages["to"]] == ["g1", "n1", "g1", "g1"]
    assert [arrived >= 0 for arrived in messages["arrived"]] == [True, True, True, False]


def test_the_drawing_is_plain_json(split_brain: Saved) -> None:
    cast, faults = cast_of(split_brain), bands(split_brain.history)
    statements = story(split_brain, cast, faults, final_contents(split_brain))
    document = json.loads(json.dumps(drawing(split_brain, cast, faults, statements)))
    assert {len(link) for link in document["links"]} == {2}
    kinds = {statement.text: statement.kind for statement in statements}
    assert {kinds[moment["text"]] for moment in document["moments"]} == {"fault", "healed", "node", "found"}


def test_who_plays_stands_in_the_description_of_the_run(split_brain: Saved, tmp_path: Path) -> None:
    assert cast_of(split_brain) == CAST
    shape = {"replicas": 2, "gateways": 1, "spares": 1, "companions": [{"name": "cache", "role": "cache"}]}
    cast = cast_of(replace(split_brain, about={**split_brain.about, "shape": shape}))
    assert cast.nodes == ("g1", "n1", "n2", "n3", "controller", "cache")
    assert {(link.source, link.target) for link in cast.links} >= {("cache", "n1"), ("n1", "cache")}
    heard_of = cast_of(by_hand(tmp_path))
    assert (heard_of.replicas, heard_of.gateways) == (("n1", "n2"), ("g1",))


def test_a_device_has_a_life_of_its_own_and_links_with_replicas_alone(split_brain: Saved) -> None:
    shape = {"replicas": 2, "gateways": 1, "companions": [{"name": "phone", "role": "device"}]}
    asked = {"time": 0, "node": "phone", "role": "device", "epoch": None}
    dead, back = ({"nodes": ["phone"]} for _ in range(2))
    events = (
        Event(index=0, time=5, type="info", process="nemesis", f="kill", value=dead),
        Event(index=1, time=9, type="info", process="nemesis", f="start", value=back),
    )
    saved = replace(
        split_brain,
        about={**split_brain.about, "shape": shape},
        samples=[asked],
        events=[],
        history=History.of(events),
    )
    cast = cast_of(saved)
    assert (cast.devices, cast.replicas, cast.gateways) == (("phone",), ("n1", "n2"), ("g1",))
    touching = {link.name for link in cast.links if "phone" in (link.source, link.target)}
    assert touching == {"phone-n1", "n1-phone", "phone-n2", "n2-phone"}
    spans = lives(saved, cast, bands(saved.history))["phone"]
    assert [(span.from_ns, span.state) for span in spans] == [(0, "device"), (5, "dead"), (9, "starting")]
