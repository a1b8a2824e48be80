"""The controller of a family that needs none: it answers status requests, and does nothing else."""

from services.standing_by import Bystander


class StandBy(Bystander):
    """See `services.family.Part`."""

    role = "controller"
