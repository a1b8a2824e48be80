"""The drawings of several leaders: places and who fares how there, a write's way, versions as branches."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chaos.history import Event, History
from chaos.recording.folder import RunFolder
from chaos.report.bands import bands
from chaos.report.branches import Branches, branches
from chaos.report.cast import cast_of
from chaos.report.leaders import several_leaders
from chaos.report.page import NAME
from chaos.report.places import Place, Places, Usage, places_of
from chaos.report.roles import lives
from chaos.report.saved import Saved, read_again
from chaos.report.ways import Way, ways
from tests.unit.report.runs import by_hand, simulated

RUNS = (
    "multi-datacenter:single-leader",
    "multi-datacenter:multi-leader",
    "write-conflict:lww",
    "write-conflict:merge",
    "topologies:ring",
    "topologies:star",
    "offline-client:sync",
    "datacenter-failover:acknowledged-first",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return dict(zip(RUNS, simulated(tmp_path_factory.mktemp("runs"), *RUNS), strict=True))


@pytest.fixture(scope="module")
def runs(folders: Mapping[str, Path]) -> Mapping[str, Saved]:
    return {name: read_again(RunFolder(folder)) for name, folder in folders.items()}


def places(saved: Saved) -> Places:
    drawn = places_of(saved, cast_of(saved))
    assert drawn is not None
    return drawn


def usage(place: Place) -> Usage:
    assert place.usage is not None
    return place.usage


def way(saved: Saved) -> Way:
    return ways(saved, cast_of(saved))[0]


def test_who_leads_all_the_time_has_one_span(runs: Mapping[str, Saved]) -> None:
    """Its log names no epoch, and answers to the lab say 0: both mean that there is none."""
    saved = runs["write-conflict:lww"]
    cast = cast_of(saved)
    spans = lives(saved, cast, bands(saved.history))
    assert {node: [span.state for span in spans[node]] for node in cast.replicas} == {
        node: ["leader"] for node in ("n1", "n2", "n3")
    }


def test_each_datacenter_is_a_place_and_tells_how_its_users_fare(runs: Mapping[str, Saved]) -> None:
    one, several = (places(runs[f"multi-datacenter:{name}"]) for name in ("single-leader", "multi-leader"))
    for drawn in (one, several):
        assert [place.nodes for place in drawn.places] == [("n1", "g1"), ("n2", "g2"), ("n3", "g3")]
        assert {line.latency_ms for line in drawn.lines} == {100.0}
        assert [line.cut_s > 0 for line in drawn.lines] == [True, True, False]
    for with_one, with_several in zip(one.places, several.places, strict=True):
        assert (usage(with_one).write_ms or 0) > 100 > 10 > (usage(with_several).write_ms or 99)
        assert usage(with_several).answered_in_cut == usage(with_several).in_cut > 0
    assert usage(one.places[0]).answered_in_cut < usage(one.places[0]).in_cut / 4, "it is cut off"


def arrows(drawn: Places) -> set[tuple[str, str]]:
    return {(a, b) for line in drawn.lines for a, b in line.ways}


def test_arrows_are_those_of_the_topology(runs: Mapping[str, Saved]) -> None:
    ring, star = places(runs["topologies:ring"]), places(runs["topologies:star"])
    assert arrows(ring) == {("n1", "n2"), ("n2", "n3"), ("n3", "n4"), ("n4", "n5"), ("n5", "n1")}
    assert arrows(star) == {pair for n in ("n2", "n3", "n4", "n5") for pair in (("n1", n), (n, "n1"))}
    assert all(len(line.heads) == line.forth + line.back for line in ring.lines)


def test_a_datacenter_with_followers_is_one_place_and_one_origin(runs: Mapping[str, Saved]) -> None:
    saved = runs["datacenter-failover:acknowledged-first"]
    drawn = places(saved)
    assert [place.name for place in drawn.places] == ["dc1", "dc2"]
    assert arrows(drawn) == {("dc1", "dc2"), ("dc2", "dc1")}
    found = way(saved)
    assert {hop.node for hop in found.hops} == {"dc1", "dc2"} and not found.missing
    silent = replace(saved, messages=())
    assert {hop.node for hop in way(silent).hops} == {"dc1", "dc2"}


def test_a_device_stands_beside_its_home(runs: Mapping[str, Saved]) -> None:
    drawn = places(runs["offline-client:sync"])
    assert [place.name for place in drawn.places] == ["n1", "phone", "n2", "laptop"]
    assert [place.is_device for place in drawn.places] == [False, True, False, True]
    assert {("phone", "n1"), ("n1", "phone"), ("n2", "laptop")} <= arrows(drawn)
    assert ("phone", "n2") not in arrows(drawn)


def test_boxes_do_not_overlap_and_are_in_the_picture(runs: Mapping[str, Saved]) -> None:
    for drawn in (places(runs[name]) for name in RUNS if not name.startswith("write-conflict:merge")):
        for place in drawn.places:
            assert 66 <= place.x <= drawn.width - 66 and 33 <= place.y <= drawn.height - 33
            for other in drawn.places:
                assert other is place or abs(place.x - other.x) >= 132 or abs(place.y - other.y) >= 66


def test_a_way_goes_from_leader_to_leader(runs: Mapping[str, Saved]) -> None:
    drawn = way(runs["topologies:ring"])
    order = [f"n{number}" for number in range(1, 6)]
    begin = order.index(drawn.origin)
    assert [hop.node for hop in drawn.hops] == order[begin:] + order[:begin]
    assert [(one.node, other.node) for one, other in drawn.arrows] == [
        (hop.source, hop.node) for hop in drawn.hops[1:]
    ]
    through_the_middle = way(runs["topologies:star"])
    hub = {hop.source for hop in through_the_middle.hops if hop.node not in ("n1", through_the_middle.origin)}
    assert hub == {"n1"}


def test_whom_it_never_reached_is_told(runs: Mapping[str, Saved]) -> None:
    saved = runs["topologies:ring"]
    silent = [{**line, "brings": {}} for line in saved.messages]
    drawn = way(replace(saved, messages=silent))
    assert len(drawn.missing) == 4 and not drawn.arrows


def test_what_was_lost_on_the_way_is_counted(runs: Mapping[str, Saved]) -> None:
    found = ways(runs["write-conflict:lww"], cast_of(runs["write-conflict:lww"]))
    assert any(hop.in_vain for drawn in found for hop in drawn.hops), "the leaders were cut off"


def test_on_real_machines_answers_tell_who_has_it(runs: Mapping[str, Saved]) -> None:
    saved = replace(runs["topologies:ring"], messages=())
    drawn = several_leaders(saved, cast_of(saved))
    assert drawn is not None and drawn.is_hearsay
    hops = drawn.ways[0].hops
    assert all(hop.source is None for hop in hops) and len(hops) == 5


def test_messages_that_were_not_kept_to_the_end_make_no_gaps(runs: Mapping[str, Saved]) -> None:
    """Of a long run only the first messages are kept; whom a later one reached is known by answers."""
    saved = runs["topologies:star"]
    early = [line for line in saved.messages if line["time"] < saved.end_ns / 3]
    for drawn in ways(replace(saved, messages=early), cast_of(saved)):
        assert all(hop.source is None for hop in drawn.hops)
        assert len(drawn.hops) - len(drawn.missing) >= len(ways(saved, cast_of(saved))[0].hops) - 1


def test_a_change_without_a_tag_is_not_followed(runs: Mapping[str, Saved]) -> None:
    saved = runs["topologies:ring"]
    about = {**saved.about, "options": {**saved.about["options"], "origin_tags": False}}
    assert ways(replace(saved, about=about), cast_of(saved)) == []


def tree(saved: Saved) -> Branches:
    drawn = branches(saved, cast_of(saved))
    assert drawn is not None
    return drawn


def test_versions_in_conflict_say_who_wrote_them_knowing_what_and_what_became_of_them(
    runs: Mapping[str, Saved],
) -> None:
    drawn = tree(runs["write-conflict:lww"])
    assert [name for name, _ in drawn.lanes] == ["n1", "n2"]
    lost = [version for version in drawn.versions if version.state == "lost"]
    assert lost and all(version.in_conflict for version in lost)
    assert any("lww kept" in version.fate for version in lost), "the log says for what"
    named = {
        index
        for finding in runs["write-conflict:lww"].verdict.anomalies
        for witness in finding.witnesses
        for index in witness.ops
    }
    assert {version.index for version in lost} <= named


def test_versions_that_remain_are_drawn_with_what_their_authors_knew(tmp_path: Path) -> None:
    """Two branches from the beginning, of seven versions each; what remains is the newest of both."""
    saved = of_one_key(tmp_path, [None, None, *range(12)], remaining=(12, 13))
    drawn = tree(saved)
    assert [version.text for version in drawn.versions] == [f"v{number}" for number in range(2, 14)]
    assert [version.text for version in drawn.versions if version.state == "shown"] == ["v12", "v13"]
    assert drawn.left_out == 2
    assert [values for _, values in drawn.end] == ["v12 beside v13"]


def test_an_old_version_that_remains_is_drawn_among_the_newest(tmp_path: Path) -> None:
    drawn = tree(of_one_key(tmp_path, [None, 0, 0, *range(2, 19)], remaining=(1, 19)))
    texts = [version.text for version in drawn.versions]
    assert len(texts) == 12
    assert texts[:2] == ["v0", "v1"] and texts[-1] == "v19", "v0 is what the author of v1 knew"


def of_one_key(path: Path, known: Sequence[int | None], remaining: tuple[int, int]) -> Saved:
    """Versions v0, v1 … of one key: of each its author knew that one of `known`. Two are `remaining`."""
    lines = []
    for number, before in enumerate(known):
        about = {
            "process": 1 + number % 2,
            "f": "write",
            "key": "title",
            "gateway": "g1",
            "value": f"v{number}",
        }
        asked = {"type": "invoke", "saw": [] if before is None else [f"v{before}"]}
        lines += [{**about, **asked}, {**about, "type": "ok", "node": "n1"}]
    final = {"process": 9, "f": "read", "key": "title", "node": "n1", "final": True}
    siblings = [f"v{number}" for number in remaining]
    lines += [{**final, "type": "invoke"}, {**final, "type": "ok", "siblings": siblings}]
    return with_history(by_hand(path), lines)


def with_history(saved: Saved, lines: list[dict[str, Any]]) -> Saved:
    """That run as if these lines, one a millisecond, were all of it."""
    events = [
        msgspec.convert({"index": index, "time": index * 1_000_000, **line}, Event)
        for index, line in enumerate(lines)
    ]
    verdict = replace(saved.verdict, anomalies=())
    return replace(saved, verdict=verdict, history=History.of(events))


def test_every_arrow_has_a_head_that_points_at_a_box(runs: Mapping[str, Saved]) -> None:
    drawn = tree(runs["write-conflict:merge"])
    lefts = {f"{version.x:.1f},{version.y + 17:.1f}" for version in drawn.versions}
    tips = [arrow.head.split(" ")[0] for arrow in drawn.arrows]
    assert tips and set(tips) <= lefts


def test_nothing_is_lost_where_values_are_merged(runs: Mapping[str, Saved]) -> None:
    drawn = tree(runs["write-conflict:merge"])
    assert not [version for version in drawn.versions if version.state in ("lost", "gone")]
    assert any(drawn.arrows)
    ((nodes, values),) = drawn.end
    assert nodes == "n1, n2, n3" and values != "nothing"


def test_the_same_writes_go_through_every_resolver(runs: Mapping[str, Saved]) -> None:
    saved = runs["write-conflict:lww"]
    drawn = several_leaders(saved, cast_of(saved))
    assert drawn is not None
    stands = {each.resolver: each for each in drawn.standings}
    assert not stands["arrival-order"].converged and stands["lww"].converged
    assert stands["lww"].lost > 0 == stands["record"].lost
    without = several_leaders(runs["topologies:ring"], cast_of(runs["topologies:ring"]))
    assert without is not None and not without.standings, "nothing was in conflict"


def test_the_page_has_all_of_it_and_loads_nothing(folders: Mapping[str, Path]) -> None:
    page = (folders["write-conflict:lww"] / NAME).read_text(encoding="utf-8")
    assert "Several leaders" in page and "Places" in page and "as branches" in page
    assert "url(" not in page


def test_other_runs_have_none_of_it(tmp_path: Path, runs: Mapping[str, Saved]) -> None:
    saved: Any = by_hand(tmp_path)
    assert several_leaders(saved, cast_of(saved)) is None and places_of(saved, cast_of(saved)) is None
    single = runs["multi-datacenter:single-leader"]
    assert several_leaders(single, cast_of(single)) is None
