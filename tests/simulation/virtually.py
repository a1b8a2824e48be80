"""`@simulated`: an async test that runs in virtual time."""

from collections.abc import Awaitable, Callable

from chaos.runtimes.simulated import virtual


def simulated(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """The test as an ordinary function, which pytest-asyncio leaves alone."""

    def run() -> None:
        async def main() -> None:
            await test()

        virtual.run(main())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run
