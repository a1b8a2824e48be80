"""What all companions have in common: each answers status, probes and settings like any node."""

from services.errors import LabError
from services.messages import START, AskNotes, AskStatus, Configure, Message, Position, Probe, Status
from services.messages.single_leader import LeadStatus
from services.node import must_fit, probe, remember_settings, settings_in_force, when_there_is_room
from services.ports import Env
from services.settings import CommonSettings, NodeSettings
from services.trouble import Trouble, disk_may_refuse


class Companion:
    """Base of the companions' classes; `begin` and `end` frame their work, `answer` is their own part.

    `settings_kind` is the kind of settings that it needs to have anything to do.
    """

    settings_kind: type[CommonSettings] = CommonSettings

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self.env, self.node = env, settings
        self.cluster = settings_in_force(env, settings.cluster)
        self.position: Position = START
        self.trouble = Trouble(self._say)

    async def start(self) -> None:
        """See `services.node.Node`."""
        self.env.log.event("started", role="companion", position=self.position.sequence)
        await when_there_is_room(self.env, self.begin)

    async def stop(self) -> None:
        """See `services.node.Node`."""
        await self.end()

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        if isinstance(message, Configure):
            return await self._configure(message)
        if isinstance(message, AskStatus):
            return self.status()
        if isinstance(message, AskNotes):
            return self.env.network.notes(message)
        if isinstance(message, Probe):
            return await probe(self.env, message)
        return await self.answer(message)

    def status(self) -> Status:
        """Its status: how far it has come."""
        position = LeadStatus(position=self.position)
        return Status(node=self.env.node, role="companion", settings=self.cluster, detail=position)

    async def begin(self) -> None:
        """Recover and begin the background work."""
        raise NotImplementedError

    async def end(self) -> None:
        """End the work, and close what is open."""
        raise NotImplementedError

    async def answer(self, message: Message) -> Message:
        """The reply to what only this companion understands."""
        raise NotImplementedError

    def _say(self, event: str, **fields: object) -> None:
        self.env.log.event(event, role="companion", position=self.position.sequence, **fields)

    async def _configure(self, message: Configure) -> Status:
        self._must_be_of_use(message.settings)
        must_fit(message.settings, self.node)
        await self.end()
        with disk_may_refuse():
            try:
                if message.reset:
                    await self.env.disk.wipe()
                    self.position = START
                remember_settings(self.env, message.settings)
                self.cluster = message.settings
            finally:
                await self.begin()
        return self.status()

    def _must_be_of_use(self, settings: CommonSettings) -> None:
        if not isinstance(settings, self.settings_kind):
            text = f"{self.env.node} follows one leader's log, and a {settings.family} cluster has none"
            raise LabError("bad-order", f"{text}; leave it out there")
