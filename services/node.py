"""What every node has in common, whether replica, controller or gateway."""

import errno
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol, TypeVar

import apsw
import msgspec

from services.errors import LabError
from services.messages import AskStatus, Message, Probe, Probed, Status
from services.ports import Env
from services.settings import CommonSettings, NodeSettings, settings_of
from services.trouble import disk_may_refuse

SETTINGS = "settings.json"
ROOM_S = 0.2  # between two checks whether a full disk has room
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
T = TypeVar("T")


class Node(Protocol):
    """One node: it is started, answers messages, and is stopped."""

    async def start(self) -> None:
        """Recover from the disk and begin the background work. Called once, before any message."""

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` if this node refuses or fails."""

    async def stop(self) -> None:
        """End the background work and close what is open."""

    def status(self) -> Status:
        """The present status of this node; never waits."""


async def when_there_is_room(env: Env, attempt: Callable[[], Awaitable[T]]) -> T:
    """The result of `attempt`, which begins a node or a part of it, once the disk has room for it.

    A node begins by writing to its disk. If the disk is full, it says so once and waits: if the process ended
    instead, somebody would have to notice and restart it.
    """
    said = False
    while True:
        try:
            return await attempt()
        except (apsw.FullError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in FULL:
                raise
            if not said:
                env.log.event("waits-for-room", reason=f"the disk did not take it: {error}")
            said = True
        await env.clock.sleep(ROOM_S)


async def probe(env: Env, message: Probe) -> Probed:
    """What came back from `message.to` over this node's own link.

    Any answer shows that the link works, even a refusal by the node behind it.
    """
    began_s = env.clock.monotonic()
    outcome: Literal["passed", "no-answer", "refused"] = "passed"
    try:
        await env.network.call(message.to, AskStatus(), message.timeout_s)
    except LabError as error:
        if error.kind.code == "timed-out":
            outcome = "no-answer"
        elif error.kind.code in ("unreachable", "connection-lost"):
            outcome = "refused"
    return Probed(outcome=outcome, elapsed_s=env.clock.monotonic() - began_s)


def must_fit(settings: CommonSettings, node: NodeSettings) -> None:
    """Raise `LabError` bad-order if `settings` are not for the cluster that `node` is in."""
    try:
        node.must_suit(settings)
    except ValueError as error:
        raise LabError("bad-order", str(error)) from error


def settings_in_force(env: Env, given: CommonSettings) -> CommonSettings:
    """The settings of the last order, which outlive the process; `given` if there was none."""
    text = env.disk.read_text(SETTINGS)
    return settings_of(msgspec.json.decode(text)) if text else given


def remember_settings(env: Env, settings: CommonSettings) -> None:
    """Keep the settings of an order, so that a restarted node does not fall back.

    Raises `LabError` storage-failed if there is no room for them.
    """
    with disk_may_refuse():
        env.disk.write_text(SETTINGS, msgspec.json.encode(settings).decode())
