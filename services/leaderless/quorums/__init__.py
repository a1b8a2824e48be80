"""Quorum rules: whose answers count. Each is a pure function in a file of its own, and a row here."""

from collections.abc import Mapping

from services.leaderless.quorums.hinted import Hinted
from services.leaderless.quorums.local import Local
from services.leaderless.quorums.plan import Plan, QuorumPolicy
from services.leaderless.quorums.sloppy import Sloppy
from services.leaderless.quorums.strict import Strict
from services.settings.leaderless import Quorum

POLICIES: Mapping[Quorum, QuorumPolicy] = {
    "all": Strict(),
    "local": Local(),
    "sloppy": Sloppy(),
    "hinted": Hinted(),
}

__all__ = ["POLICIES", "Plan", "QuorumPolicy"]
