"""The vote that a replica has given; it is on the disk before anybody hears of it.

A voter that forgot its vote in a crash could vote twice in one epoch, and two candidates could each have a
majority (Raft keeps `votedFor` on stable storage for this reason).
"""

import msgspec

from services.ports import Disk

FILE = "vote.json"


class GivenVote(msgspec.Struct, frozen=True):
    """In `epoch` this replica votes for `candidate`."""

    epoch: int = 0
    candidate: str = ""


class Ballot:
    """Reads the file each time: elections are rare, and an order may have wiped the disk meanwhile."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def last(self) -> GivenVote:
        """The newest vote given; a vote for nobody in epoch 0 if there was none."""
        text = self._disk.read_text(FILE)
        return msgspec.json.decode(text, type=GivenVote) if text else GivenVote()

    def cast(self, vote: GivenVote) -> None:
        """Make `vote` durable. Writes, blocks: call it through `Disk.run`."""
        self._disk.write_text(FILE, msgspec.json.encode(vote).decode())
