"""A device among several leaders: one more leader, which is usually cut off.

Its user's edits are done when they are on its own disk. Between the device and its home, changes go both ways
as between any two leaders: in order, in batches, and each answer says how far the other has them on its disk.
So whatever interrupts a sync, a cut, a kill or a lost answer, the next one resumes at the right place.
(CouchDB and PouchDB on a phone; Kleppmann et al.: Local-first software, 2019.)
"""

from services.errors import LabError
from services.family import NO_WISH, Answers, Wish
from services.messages import Execute, Executed, Read, ReadContents, ReadResult, Write, Written
from services.messages.multi_leader import Changes, CopyPage
from services.multi_leader.member import Member
from services.multi_leader.topologies import Routes


class Device(Member):
    """See `services.family.Door`."""

    role = "device"

    def answers(self) -> Answers:
        """See `Part`; its users' requests come in through `write` and `read`."""
        return {ReadContents: self._contents, Changes: self._changes, CopyPage: self._page}

    @property
    def home(self) -> str:
        """The leader with which it syncs."""
        return self._homes[self._env.node]

    def peers(self) -> tuple[str, ...]:
        """See `Member`: only its home."""
        return (self.home,)

    def routes(self) -> Routes:
        """See `Member`: it sends its home what was written here."""
        return {self.home: (self._env.node,)}

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `Door`: it asks no other node."""
        return (self._env.node,)

    def must_know_the_way(self) -> None:
        """See `Door`: it always knows."""

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """See `Door`."""
        self._must_be_fulfilled(wish)
        return await self._write(message)

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """See `Door`."""
        self._must_be_fulfilled(wish)
        return await self._read(message)

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """See `Door`."""
        raise LabError("bad-request", "several leaders keep registers and sets, and no SQL tables")

    @property
    def _voters(self) -> tuple[str, ...]:
        """See `Member`: a write here waits for no other node."""
        return ()

    def _must_be_fulfilled(self, wish: Wish) -> None:
        if wish != NO_WISH and wish != Wish(replica=self._env.node):
            text = f"{self._env.node} is a device and answers alone"
            raise LabError("bad-request", f"{text}; leave out `policy`, `from`, `w`, `r` and `n`")
