"""What followers confirm to their leader, and how far the rule in force then lets it acknowledge."""

from collections.abc import Callable, Mapping

from services.ports import Env
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader import acknowledgement
from services.single_leader.acknowledgement import FollowerView
from services.single_leader.lag import CommitTimes
from services.single_leader.shipping import Follower


class Confirming:
    """`followers` is the leader's own mapping; it and the settings may change while the leader leads."""

    def __init__(
        self,
        env: Env,
        settings: SingleLeaderSettings,
        followers: Mapping[str, Follower],
        commit_times: CommitTimes,
        say: Callable[..., None],
    ) -> None:
        self._env, self._followers, self._commit_times, self._say = env, followers, commit_times, say
        self.synchronous: str | None = next(iter(followers), None)  # the follower that `semi-sync` waits for
        self.held = 0  # what the rule confirms now; acknowledgements are never taken back
        self.adopt(settings)

    def adopt(self, settings: SingleLeaderSettings) -> None:
        """Use these settings from now on."""
        self._settings, self._fallen_back = settings, False
        if settings.synchronous and settings.synchronous[0] in self._members:
            self.synchronous = settings.synchronous[0]  # should the rule be `semi-sync` next

    def waits_for(self) -> tuple[str, ...]:
        """The followers that every write needs; empty if any follower will do, or none is needed."""
        if self._settings.replication == "semi-sync":
            return (self.synchronous,) if self.synchronous else ()
        if self._settings.replication != "sync":
            return ()
        return tuple(self._waited_for(self._caught_up))

    def up_to(self, own: int) -> int:
        """The sequence up to which enough followers have the leader's `own` log."""
        self.held = self._confirmed(own) if self._settings.followers_matter else own
        return self.held

    def _confirmed(self, own: int) -> int:
        now = self._env.clock.monotonic()
        members = self._members
        if self._settings.replication == "semi-sync":
            self._choose_synchronous(members, now)
        elif self._settings.replication == "semi-sync-timeout":
            self._fall_back_or_return(members, own, now)
        allowed = self._allowed(own, members)
        if len(members) < len(self._followers):
            allowed = min(allowed, self._allowed(own, self._caught_up))
        if self._settings.reads == "bounded":
            everybody = {name: each.view for name, each in self._followers.items()}
            allowed = min(allowed, acknowledgement.seen_by_readers(own, everybody, now))
        return allowed

    def _allowed(self, own: int, views: Mapping[str, FollowerView]) -> int:
        return acknowledgement.acknowledged(
            self._settings.replication, own, self._waited_for(views), self.synchronous, self._fallen_back
        )

    def _waited_for(self, views: Mapping[str, FollowerView]) -> Mapping[str, FollowerView]:
        return acknowledgement.waited_for(self._settings.synchronous, self._env.node, views)

    @property
    def _members(self) -> Mapping[str, FollowerView]:
        return {name: each.view for name, each in self._followers.items() if each.member}

    @property
    def _caught_up(self) -> Mapping[str, FollowerView]:
        return {name: each.view for name, each in self._followers.items() if each.caught_up}

    def _choose_synchronous(self, views: Mapping[str, FollowerView], now: float) -> None:
        late = self.synchronous is not None and self._is_late(views[self.synchronous], now)
        chosen = acknowledgement.synchronous_follower(self.synchronous, views, late)
        if chosen != self.synchronous:
            self._say("synchronous-follower-replaced", was=self.synchronous, now=chosen)
            self.synchronous = chosen

    def _fall_back_or_return(self, views: Mapping[str, FollowerView], own: int, now: float) -> None:
        alone = all(self._is_late(view, now) for view in views.values())
        if alone and not self._fallen_back:
            timeout_s = self._settings.semi_sync_timeout_ms / 1000
            self._say("fell-back-to-async", reason=f"no follower confirmed within {timeout_s:g} s")
            self._fallen_back = True
        elif self._fallen_back and any(view.durable >= own for view in views.values()):
            self._say("semi-sync-restored")
            self._fallen_back = False

    def _is_late(self, view: FollowerView, now: float) -> bool:
        """Has it lacked something for longer than a write may wait, even if it kept moving?"""
        return self._commit_times.lag(view.durable, now).seconds > self._settings.semi_sync_timeout_ms / 1000
