"""`python -m tests.simulation.fingerprint FIRST LAST`: a digest of what each seed's run recorded.

A program of its own, because what must not matter (the version of Python, the seed of its hashes, what
lies where in memory) can only be changed from outside. It needs nothing but the simulation itself.
"""

import sys
import tempfile
from hashlib import sha256
from math import gcd
from pathlib import Path

from chaos.catalogue.discover import all_scenarios
from chaos.recording.folder import RunFolder
from chaos.sessions.simulate import Simulation, simulate
from chaos.sweeping.sweep import simulations

RECORDED = ("history.jsonl", "events.jsonl")


def simulation(seed: int) -> Simulation:
    """Every variant by its script and by chance; the first seeds lie far apart among all these."""
    plays = [
        (scenario.id, variant.name, by_chance)
        for scenario in all_scenarios()
        for variant in scenario.variants
        for by_chance in (False, True)
    ]
    scenario, variant, by_chance = plays[seed * stride(len(plays)) % len(plays)]
    (played,) = simulations(scenario, variant, [seed], by_chance=by_chance)
    return played


def stride(count: int) -> int:
    """How far to step to reach each of so many, and always the widest gap next (the golden ratio)."""
    return next(step for step in range(round(count * 0.618), count + 1) if gcd(step, count) == 1)


def recording(seed: int, directory: Path) -> dict[str, bytes]:
    """The files that the run of `seed` writes into `directory`, by name."""
    directory.mkdir()
    simulate(simulation(seed), RunFolder(directory))
    return {name: (directory / name).read_bytes() for name in RECORDED}


def main(first: int, last: int) -> None:
    """Print the digests of seeds `first` to `last`."""
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(first, last + 1):
            files = recording(seed, Path(directory) / str(seed))
            digest = sha256(b"\0".join(files[name] for name in RECORDED)).hexdigest()
            print(f"{seed} {len(files[RECORDED[0]])} {digest}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
