"""Whatever is drawn is there to be struck, in every shape of cluster and whoever leads."""

from random import Random

import pytest

from chaos.cluster import links_between
from chaos.cluster.shape import DEFAULT, Companion, Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.schedules.aims import Aims
from chaos.schedules.draw import draw
from chaos.schedules.perform import NOBODY
from chaos.schedules.schedule import NEEDS, ONE_WAY
from chaos.sessions.simulate import simulate
from chaos.sweeping.sweep import simulations

SHAPES = (
    DEFAULT,
    Shape(replicas=1),
    Shape(replicas=2, gateways=1),
    Shape(replicas=5, companions=(Companion("index", "indexer"), Companion("cache", "cache"))),
    Shape(replicas=2, companions=(Companion("phone", "device"), Companion("cache", "cache"))),
)


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_is_drawn_is_there_to_be_struck(shape: Shape) -> None:
    """Whoever leads: a link of that direction between the nodes that are meant, and nodes that exist."""
    aims, links = Aims(shape), [link for link in shape.links if link.touchable]
    struck: set[str] = set()
    for seed in range(400):
        for stroke in draw(Random(seed), aims, SimulatedCluster.abilities).strokes:
            struck |= {stroke.source}
            assert {*aims.may_be(stroke.source), *stroke.targets} <= {*aims.nodes, "follower"}
            if "links" not in NEEDS[stroke.kind]:
                continue
            for source in aims.may_be(stroke.source):
                hit = [link for link in links if source in (link.source, link.target)]
                if stroke.targets:
                    hit = links_between(links, (source,), stroke.targets)  # type: ignore[assignment]
                assert any(link.source == source or stroke.kind not in ONE_WAY for link in hit), stroke
    assert struck >= {*aims.nodes, "leader"}


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        *(("split-brain:lease", 7353039), ("wal-shipping:same-format", 7366016)),
        *((name, seed) for name in ("failover:election", "change-data-capture:cdc") for seed in range(4)),
        *(("consistent-prefix:causal-order", seed) for seed in range(4)),
    ],
)
def test_every_stroke_that_is_drawn_strikes(name: str, seed: int) -> None:
    scenario, _, variant = name.partition(":")
    (run,) = simulations(scenario, variant, [seed], by_chance=True)
    told: list[str] = []
    verdict = simulate(run, tell=lambda second, text, tone: told.append(text))
    assert run.schedule and not verdict.problems
    assert {stroke.as_it_strikes for stroke in run.schedule.strokes} <= {*told}
    assert not [text for text in told if NOBODY in text]
