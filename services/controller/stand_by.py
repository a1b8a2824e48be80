"""A controller of a family in which nobody decides for others: it can be looked at, and does nothing."""

from services.standing_by import Bystander


class StandBy(Bystander):
    """See `services.family.Part`."""

    role = "controller"
