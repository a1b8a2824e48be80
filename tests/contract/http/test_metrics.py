"""What Prometheus reads from a real node, and that it is the truth."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from tests.contract.http.nodes import Running

FORBIDDEN_HOST = {"Host": "elsewhere.example"}


def by_name(labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value for _, value in sorted(labels.items()))


def measured(node: Running) -> dict[str, dict[tuple[str, ...], float]]:
    """The values by metric and by the labels' values, in the order of the labels' names."""
    reply = node.request("GET", "/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        family.name: {by_name(sample.labels): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(reply.body.decode())
    }


def test_every_node_has_them(node: Running) -> None:
    page = measured(node)
    assert list(page["lab_role"].values()) == [1.0]
    assert page["lab_epoch"][()] >= 1


def test_a_leader_counts_positions(gateway: Running, replica: Running) -> None:
    before = measured(replica)
    assert before["lab_role"] == {("leader",): 1.0}
    assert gateway.request("PUT", "/kv/metrics", body=b'{"value":1}').status == 200
    after = measured(replica)
    for name in ("lab_log_position", "lab_acknowledged"):
        assert after[name][()] > before[name][()]


def test_requests_are_counted_by_route_and_outcome(gateway: Running) -> None:
    keyed = "/kv/{key:anything}"
    before = measured(gateway)["lab_requests"]
    assert gateway.request("GET", "/kv/nobody-wrote-this").status == 404
    assert gateway.request("PUT", "/kv/counted", body=b'{"value":1}').status == 200
    assert gateway.request("GET", "/no/such/route").status == 404
    after = measured(gateway)["lab_requests"]
    for labels in (("refused", keyed), ("ok", keyed), ("refused", "other")):
        assert after[labels] == before.get(labels, 0) + 1


def test_the_same_guards_stand_before_them(node: Running) -> None:
    assert node.request("GET", "/metrics", FORBIDDEN_HOST).error == "forbidden-host"
