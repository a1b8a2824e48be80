"""A replica: one copy of the data. Its family says what it does; how much load it bears is decided here."""

import apsw

from services.errors import LabError
from services.messages import Execute, Message, Read, Write
from services.ports import Env
from services.replica.capacity import Capacity
from services.settings import NodeSettings
from services.shell import Shell
from services.trouble import Trouble

OF_CLIENTS = (Read, Write, Execute)


class Replica(Shell):
    """`handle` is its only door; `env` is its only outside."""

    place = "member"

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        super().__init__(env, settings)
        self._capacity = Capacity(env.clock)
        self._trouble = Trouble(lambda event, **fields: self.part.say(event, **fields))

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        what = type(message).__name__
        try:
            if isinstance(message, OF_CLIENTS):
                await self._wait_in_the_queue()
            reply = await super().handle(message)
        except apsw.ConnectionClosedError as error:
            raise LabError("shutting-down", f"the data of {self.env.node} is being replaced") from error
        except Exception as error:
            told = self._trouble.told(what, error)
            if told is error:
                raise
            raise told from error
        self._trouble.over(what)
        return reply

    async def _wait_in_the_queue(self) -> None:
        """Wait for capacity. Raises `LabError`: overloaded, or shutting-down if the data is new by then."""
        beginning = self.beginnings
        await self._capacity.served(self.settings.capacity_per_s)
        if self.beginnings != beginning:
            raise LabError("shutting-down", f"{self.env.node} has begun anew while this waited")
