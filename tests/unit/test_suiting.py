"""Settings that name a node which the cluster does not have were meant for another one, and are refused."""

from pathlib import Path

import pytest

from services.errors import LabError
from services.node import must_fit
from services.settings import CommonSettings, NodeSettings, settings_of

NODE = NodeSettings(
    node="n1",
    role="replica",
    replicas=("n1", "n2", "n3"),
    gateways=("g1",),
    links={"controller": "http://127.0.0.1:1"},
    data_dir=Path("data"),
    token="t",
)


@pytest.mark.parametrize(
    "given",
    [
        {"datacenters": [["n1", "n2"], ["n4", "g1"]]},
        {"family": "leaderless", "datacenters": [["n1", "n4"]]},
        {"family": "leaderless", "clocks_off_s": {"n4": 1.0}},
        {"family": "multi-leader", "datacenters": [["n1"], ["n4"]]},
        {"family": "multi-leader", "clocks_off_s": {"n4": 1.0}},
        {"new_format": ["n4"]},
    ],
)
def test_an_unknown_name(given: dict[str, object]) -> None:
    with pytest.raises(LabError, match="name a node 'n4'; there are n1, n2, n3, g1, controller"):
        must_fit(settings_of(given), NODE)


@pytest.mark.parametrize(
    "settings",
    [
        settings_of({"datacenters": [["n1", "g1"], ["n2", "n3", "controller"]]}),
        settings_of({"family": "leaderless", "clocks_off_s": {"g1": 1.0}}),
    ],
)
def test_names_that_there_are(settings: CommonSettings) -> None:
    must_fit(settings, NODE)
