"""What a film is made of: a variant, a seed, and what a person does to it at which moment.

A run in virtual time is a pure function of its plan, so a plan is all that a page has to send, and the same
plan comes to the same film, event by event. Two plans that agree up to a moment have the same past up to it.
"""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec

from chaos.page.orders import Named, Order
from chaos.sessions.simulate import Simulation
from services.errors import LabError

MOST_STRIKES = 40
LONGEST_MS = 120_000
FREE_MS = 6_000  # so long clients work where no script says when it is over
AFTER_MS = 3_000  # and so long after the last thing that a person did

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_MS)]
Seed: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]


class Struck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person gives `order` at that moment, in milliseconds since the run began."""

    at_ms: Moment
    order: Order


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From that moment on links, disks and nodes draw their chance from another seed."""

    at_ms: Moment
    seed: Seed


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`variant` of `scenario` from `seed`.

    With its `story`, the scenario's script strikes until a person does; then what it has broken stays, and it
    does no more. Without, only the person strikes.
    """

    scenario: Named
    variant: Named
    seed: Seed
    story: bool = True
    strikes: Annotated[tuple[Struck, ...], msgspec.Meta(max_length=MOST_STRIKES)] = ()
    turn: Turn | None = None

    def __post_init__(self) -> None:
        moments = [strike.at_ms for strike in self.strikes]
        if moments != sorted(moments):
            raise ValueError("strikes must stand in the order in which they happen")

    @property
    def simulation(self) -> Simulation:
        """The run without what a person does."""
        return Simulation(self.scenario, self.variant, self.seed)

    @property
    def forks_ms(self) -> int | None:
        """The last moment at which something was decided; None where nothing was."""
        moments = [strike.at_ms for strike in self.strikes] + ([self.turn.at_ms] if self.turn else [])
        return max(moments, default=None)

    @property
    def before(self) -> "Plan":
        """The plan with which this one shares its past: all but what was decided last."""
        latest = self.forks_ms
        if latest is None:
            return self
        turn = self.turn if self.turn and self.turn.at_ms < latest else None
        return msgspec.structs.replace(self, strikes=_until(self.strikes, latest), turn=turn)

    @property
    def is_untouched_story(self) -> bool:
        """Nobody but the script does anything, so the scenario's own promise can be judged."""
        return self.story and self.forks_ms is None

    @property
    def untouched(self) -> "Plan":
        """The plan of nobody who does anything."""
        return msgspec.structs.replace(self, strikes=(), turn=None)


def must_fork_in_time(plan: Plan, stopped_ms: float) -> None:
    """Raise `LabError` bad-request when something is decided after clients have stopped.

    They did at `stopped_ms` where no person struck; each strike keeps them at work for a while.
    """
    ends_ms = stopped_ms
    for at_ms in [strike.at_ms for strike in plan.strikes] or [plan.turn.at_ms if plan.turn else 0]:
        if at_ms >= ends_ms:
            raise LabError(
                "bad-request",
                f"at {at_ms / 1000:.2f} s clients have stopped and everything is being healed; "
                f"choose a moment before {ends_ms / 1000:.2f} s",
            )
        ends_ms = at_ms + AFTER_MS if plan.story else max(ends_ms, at_ms + AFTER_MS)


def _until(strikes: Sequence[Struck], at_ms: int) -> tuple[Struck, ...]:
    return tuple(strike for strike in strikes if strike.at_ms < at_ms)
