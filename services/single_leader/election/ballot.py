"""The vote that a replica has given, on its disk before anybody hears of it.

A voter that forgets its vote in a crash could give a second one in the same epoch, and two candidates
would each have a majority (Raft keeps `votedFor` on stable storage for this reason).
"""

import msgspec

from services.ports import Disk

FILE = "vote.json"


class GivenVote(msgspec.Struct, frozen=True):
    """In `epoch` this replica is for `candidate`."""

    epoch: int = 0
    candidate: str = ""


class Ballot:
    """Reads the file each time, for elections are rare and an order may have wiped the disk meanwhile."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def last(self) -> GivenVote:
        """The newest vote given; one for nobody in epoch 0 when there was none."""
        text = self._disk.read_text(FILE)
        return msgspec.json.decode(text, type=GivenVote) if text else GivenVote()

    def cast(self, vote: GivenVote) -> None:
        """Make `vote` durable. Writes, blocks: call it through `Disk.run`."""
        self._disk.write_text(FILE, msgspec.json.encode(vote).decode())
