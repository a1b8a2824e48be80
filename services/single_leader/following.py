"""Following: a replica takes over the leader's log, unless the leader's epoch is over."""

from services.errors import LabError
from services.messages.single_leader import Append, Appended
from services.single_leader.copying.newcomer import Newcomer
from services.single_leader.duty import Answers
from services.single_leader.shipping import follows_on
from services.single_leader.standing import Standing
from services.store.group_commit import MOST_AT_ONCE


class Following:
    """See `Duty`."""

    def __init__(self, standing: Standing, newcomer: Newcomer) -> None:
        self._standing, self._newcomer = standing, newcomer
        self._refused = ""  # why it last refused the log; it says so once

    def answers(self) -> Answers:
        """See `Duty`."""
        return {Append: self._append}

    async def _append(self, batch: Append) -> Appended:
        await self._recognize(batch)
        self._must_follow_on(batch)
        standing = self._standing
        env, fenced = standing.env, standing.cluster.epochs
        files: list[str] = []

        def set_aside(name: str, lines: str) -> None:
            files.append(env.disk.write_text(name, lines))

        try:
            accepted = await env.disk.run(
                lambda: standing.storage.accept(
                    batch.epoch, batch.previous, batch.entries, set_aside, fenced=fenced
                ),
                short=_is_short(batch),
            )
        except LabError as error:
            if error.kind.code == "log-gone":
                self._newcomer.begin(error.text)
            self._note_refusal(batch, error)
            raise
        self._refused = ""
        if accepted.removed:
            removed = len(accepted.removed)
            standing.say("tail-set-aside", entries=removed, file=files[0], for_leader=batch.leader)
        if accepted.fits:
            standing.freshness.note(batch, standing.storage.last)
        standing.arrivals.announce()
        storage = standing.storage
        return Appended(
            node=env.node,
            epoch=storage.epoch,
            position=storage.last if accepted.fits else storage.newest_up_to(batch.previous),
            fits=accepted.fits,
            clock=standing.freshness.tell(env.lease_clock.now_s()),
        )

    def _note_refusal(self, batch: Append, error: LabError) -> None:
        if error.kind.code in ("storage-format", "log-damaged") and error.text != self._refused:
            self._refused = error.text
            self._standing.say("refused-log", sender=batch.leader, reason=str(error))

    def _must_follow_on(self, batch: Append) -> None:
        """Refuse a log with a gap, unless `skip` is set to show what comes of one."""
        skips = self._standing.cluster.on_log_gone == "skip"
        if not skips and not follows_on(batch.entries, batch.previous):
            first = batch.entries[0].position
            raise LabError("bad-order", f"entry {first} does not follow {batch.previous}")

    async def _recognize(self, batch: Append) -> None:
        """Accept the sender as leader, or refuse it."""
        standing = self._standing
        if standing.cluster.epochs and batch.epoch < standing.epoch:
            standing.say("refused-old-leader", sender=batch.leader, its_epoch=batch.epoch)
            raise LabError("stale-epoch", f"epoch {batch.epoch} is over, epoch {standing.epoch} has begun")
        if standing.leader:
            if not standing.cluster.epochs or batch.epoch == standing.leader.epoch:
                raise LabError("bad-order", f"{standing.env.node} leads itself and follows nobody")
            await standing.stop_leading(f"{batch.leader} leads in epoch {batch.epoch}", before=batch.epoch)
        standing.follow(batch.leader)


def _is_short(batch: Append) -> bool:
    """Does it change only a few rows? A record of the SQL tables may change any number."""
    return len(batch.entries) <= MOST_AT_ONCE and all(entry.record is None for entry in batch.entries)
