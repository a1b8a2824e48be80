"""`./lab status` for people: it fits into 80 columns, speaks in words, and remarks on what is odd."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from chaos.by_hand.looking import put_together
from chaos.by_hand.remarks import of_link, remarks
from chaos.cluster import Cluster
from chaos.commands.watching import drawn


def node(name: str, role: str, epoch: int = 1, **more: Any) -> dict[str, Any]:
    about = {"node": name, "process": "running", "role": role, "family": "single-leader", "epoch": epoch}
    return {**about, "position": [epoch, 1234567], "leader": "n1", **more}


GATEWAY = {"node": "g1", "process": "running", "role": "gateway", "leads": {"n1": 1, "n3": 2}}
CONTROLLER = {"node": "controller", "process": "running", "role": "controller", "family": "single-leader"}
DEAD = {"node": "n3", "process": "dead"}


def found(*nodes: dict[str, Any], links: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    gateways = {"g1": "http://127.0.0.1:8080"}
    addresses = {**gateways, **{node["node"]: "http://127.0.0.1:65535" for node in nodes}}
    about = {"name": "local-12345678", "runtime": "local", "gateways": gateways, "addresses": addresses}
    return {**about, "nodes": [*nodes, GATEWAY, CONTROLLER], "links": list(links)}


def test_the_widest_table_fits_into_80_columns() -> None:
    behind = {"positions": 123456, "seconds": 12.345}
    nodes = [node("n1", "leader", 12, partition=1), node("n2", "follower", 12, partition=1, behind=behind)]
    console = Console(width=80, record=True, highlight=False)
    console.print(drawn(found(*nodes, {**DEAD, "partition": 2})))
    text = console.export_text()
    assert "…" not in text
    for word in ("controller", "12.1234567", "123456, 12.3 s", "n1 n3", "8080", "65535", "dead", "/metrics"):
        assert word in text


def test_two_who_lead_are_worth_a_remark() -> None:
    (remark,) = remarks(found(node("n1", "leader", 1), node("n2", "leader", 2), node("n3", "follower", 2)))
    assert remark == (
        "n1 (epoch 1) and n2 (epoch 2) lead at the same time. n2 has the newest epoch; "
        "what n1 acknowledges now may be lost"
    )


def test_how_far_behind_a_follower_is_says_the_leader_of_its_epoch() -> None:
    """Whoever still leads an earlier epoch hears nothing of what its successor's followers have."""
    lags = {name: {"positions": positions, "seconds": 1.0} for name, positions in (("n3", 7), ("n4", 5))}
    old = node("n1", "leader", 1, lags=lags)
    new = node("n2", "leader", 2, lags={**lags, "n3": {"positions": 0}})
    followers = [node("n3", "follower", 2), node("n4", "follower", 1)]
    names = ("gateways", "addresses", "doors")
    cluster = SimpleNamespace(
        name="local-1", runtime="local", partitions=(), spares=(), **{name: {} for name in names}
    )
    for leaders, behind in (([old, new], [0, 5]), ([old], [None, 5]), ([new], [0, 5])):
        accounts = [dict(each) for each in (*leaders, *followers)]
        looked = put_together(cast(Cluster, cluster), accounts, {"links": []})
        told = [each.get("behind", {}).get("positions") for each in looked["nodes"][-2:]]
        assert told == behind, leaders


def test_one_leader_of_each_partition_is_not() -> None:
    leaders = [node(f"n{number}", "leader", number, partition=number) for number in (1, 2)]
    assert not [*remarks(found(*leaders))]
    followers = [leaders[0], node("n2", "follower", partition=2)]
    assert [*remarks(found(*followers))] == [
        "nobody leads partition 2: writes are refused until somebody is promoted"
    ]


def test_why_nobody_leads_is_said_if_the_controller_knows() -> None:
    report = found(node("n2", "follower"), node("n3", "follower"))
    report["nodes"][-1] = {**CONTROLLER, "why_nobody": "the lease of n1 must end first, in 0.3 s at most"}
    assert [*remarks(report)] == [
        "nobody leads (the lease of n1 must end first, in 0.3 s at most): "
        "writes are refused until somebody is promoted"
    ]


def test_who_does_not_run_is_named_with_the_remedy() -> None:
    paused = {**DEAD, "node": "n2", "process": "paused"}
    said = [*remarks(found(node("n1", "leader"), paused, DEAD))]
    assert said == ["n2 is paused; ./lab fault resume n2", "n3 is dead; ./lab fault restart n3"]


def test_who_is_out_for_maintenance_is_not_called_dead() -> None:
    (said,) = remarks({**found(node("n1", "leader"), DEAD), "maintenance": ["n1", "n3"]})
    assert said == "n3 is out for maintenance; ./lab maintenance n3 --over"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"cut_requests": True, "cut_replies": True}, "cut: nothing passes"),
        ({"cut_replies": True}, "requests arrive, replies are lost"),
        ({"cut_requests": True}, "loses requests"),
        ({"latency_s": 0.3, "jitter_s": 0.05}, "slow: 300 ± 50 ms longer for each round trip"),
        ({"refused": True, "bandwidth_kb_per_s": 9}, "refuses connections, narrow: at most 9 kB/s"),
    ],
)
def test_links_in_words(state: dict[str, Any], words: str) -> None:
    assert of_link(state) == words


def test_links_that_suffer_the_same_share_a_line() -> None:
    links = tuple({"link": f"n1-n{number}", "cut_replies": True, "cut_requests": True} for number in (2, 3))
    assert [*remarks(found(node("n1", "leader"), links=links))] == ["links n1-n2, n1-n3: cut: nothing passes"]
