"""A lab that is going to be ended from outside; it says how far it is."""

import asyncio
import sys

from chaos.runtimes.local import LocalCluster
from chaos.shape import DEFAULT, Companion, Shape


async def main(phase: str) -> None:
    shape = Shape(companions=(Companion("cache", "cache"),)) if phase == "cached" else DEFAULT
    cluster = await LocalCluster.start(shape=shape)
    try:
        if phase == "paused":
            for node in ("n2", "controller", "g1"):
                await cluster.pause(node)
        if phase == "killed":
            await cluster.kill("n1")
        print(phase, flush=True)
        if phase == "restarting":
            await cluster.kill("n1")
            await cluster.restart("n1")
        await asyncio.Event().wait()
    finally:
        await cluster.close()


asyncio.run(main(sys.argv[1]))
