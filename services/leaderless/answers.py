"""What a coordinator tells its client and the log about the versions that came back."""

from services.errors import LabError
from services.leaderless.reaching import Places
from services.leaderless.tally import Tally
from services.messages import ReadResult
from services.messages.versions import Versions
from services.versions.seen import as_context, of_versions


def not_a_set(key: str) -> LabError:
    """The error when a client treats `key` as a set."""
    return LabError("bad-request", f"{key!r} cannot be a set; there are only registers here")


def result(node: str, by: str, versions: Versions) -> ReadResult:
    """The answer to a client, from the versions that `node` has."""
    alive = [version for version in versions if not version.deleted]
    seen = of_versions(versions)
    return ReadResult(
        node=node,
        by=None if by == node else by,
        found=bool(alive),
        value=alive[0].value if len(alive) == 1 else None,
        siblings=tuple(version.value for version in alive) if len(alive) > 1 else (),
        vector=dict(seen.upto) or place_of(versions, by),
        context=as_context(seen),
    )


def counted(places: Places, tally: Tally) -> dict[str, str]:
    """Who stands in for which of the homes that have answered so far."""
    return {home: places.taken_by[home] for home in tally.answers if home in places.taken_by}


def who_has(tally: Tally, versions: Versions) -> str:
    """The first home that had what is returned, or else the first that answered."""
    return next((node for node, has in tally.answers.items() if has == versions), next(iter(tally.answers)))


def place_of(versions: Versions, by: str) -> dict[str, int]:
    """The position of `versions`, for showing and comparing: the newest that each coordinator wrote."""
    return {version.stamp.by: version.stamp.time_us for version in versions} or {by: 0}


def shown(versions: Versions) -> object:
    """The values, for the log."""
    values = [None if version.deleted else version.value for version in versions]
    return values[0] if len(values) == 1 else values or None
