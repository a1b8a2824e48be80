"""A lab that is going to be ended from outside; it says how far it is.

Its standard input is a pipe from the test: when that is gone, this goes too.
"""

import asyncio
import sys

from chaos.cluster.shape import DEFAULT, Companion, Shape
from chaos.runtimes.local import LocalCluster


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
        the_test_is_gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(sys.stdin, the_test_is_gone.set)
        await the_test_is_gone.wait()
    finally:
        await cluster.close()


asyncio.run(main(sys.argv[1]))
