"""A gateway and what it hears: its network is a table from node to the answers it gives in turn."""

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from services.errors import LabError
from services.gateway.gateway import Gateway
from services.messages import AskNotes, Message, Notes, Position, ReadResult, Written, decode, encode
from services.settings import CommonSettings
from tests.world.alone import ports, settings_for

SILENCE = LabError("timed-out", "no answer")
DEAD = LabError("unreachable", "refused")


def written(node: str) -> Written:
    return Written(node=node, epoch=1, position=Position(1, 1))


def acknowledged(node: str) -> Written:
    """What a gateway makes of it: the client gets a token."""
    return replace(written(node), token=(Position(1, 1),))


def found(node: str) -> ReadResult:
    return ReadResult(node=node, epoch=1, position=Position(1, 1), found=True, value=node)


class Peers:
    """The network port. A node's last answer is repeated; a node without answers is dead.

    `sent` has every message with its receiver, except the questions to the controller.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Message | LabError]] = {}
        self.sent: list[tuple[str, Message]] = []
        self.questions = 0

    def say(self, node: str, *answers: Message | LabError) -> None:
        """From now on `node` gives these answers."""
        self.answers[node] = list(answers)

    @property
    def asked(self) -> list[str]:
        """The replicas that got a message, in order."""
        return [node for node, _ in self.sent]

    def traffic(self) -> Mapping[str, tuple[int, int]]:
        return {}

    def notes(self, asked: AskNotes) -> Notes:
        raise NotImplementedError

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        if to == "controller":
            self.questions += 1
        else:
            self.sent.append((to, decode(encode(message))))
        answers = self.answers.get(to, [DEAD])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        await asyncio.sleep(timeout_s if answer is SILENCE else 0)
        if isinstance(answer, LabError):
            raise LabError(answer.kind.code, answer.text, leader=answer.leader)
        return decode(encode(answer))


def gateway_of(peers: Peers, settings: CommonSettings) -> Gateway:
    """A gateway that has not been started, so that it asks only when it needs to. Make it in virtual time."""
    return Gateway(ports("g1", peers), settings_for("g1", "gateway", settings))
