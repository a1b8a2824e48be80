"""Counting answers: are there enough, can there still be enough, and which home lacks what others have?

Pure, so that tests can try every order of answers. A failure is *definite* when the home certainly did
nothing. A write is certainly nowhere only if no home answered and all failures are definite.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from services.messages.versions import Versions

Verdict: TypeAlias = Literal["enough", "pending", "hopeless"]
Merge: TypeAlias = Callable[[Versions, Versions], Versions]


@dataclass(frozen=True)
class Tally:
    """What has come back so far from the homes `asked`, of which `needed` must answer."""

    asked: tuple[str, ...]
    needed: int
    answers: Mapping[str, Versions] = field(default_factory=dict)
    failures: Mapping[str, bool] = field(default_factory=dict)  # true: that home certainly did nothing
    behind_ms: float | None = None  # how far behind the freshest answer may be, if any of them says so

    def plus(self, node: str, versions: Versions = (), behind_ms: float | None = None) -> "Tally":
        """`node` has answered: it has these versions, and all that is older than `behind_ms`."""
        said = [each for each in (self.behind_ms, behind_ms) if each is not None]
        answers = {**self.answers, node: versions}
        return replace(self, answers=answers, behind_ms=min(said, default=None))

    def minus(self, node: str, definite: bool) -> "Tally":
        """`node` has failed to answer."""
        return replace(self, failures={**self.failures, node: definite})

    @property
    def got(self) -> int:
        """How many have answered."""
        return len(self.answers)

    @property
    def unheard(self) -> tuple[str, ...]:
        """The homes that may still answer."""
        return tuple(node for node in self.asked if node not in self.answers and node not in self.failures)

    @property
    def missing(self) -> int:
        """How many homes may still answer."""
        return len(self.asked) - self.got - len(self.failures)

    @property
    def verdict(self) -> Verdict:
        """Is there still anything to wait for?"""
        if self.got >= self.needed:
            return "enough"
        return "pending" if self.got + self.missing >= self.needed else "hopeless"

    @property
    def certainly_nothing(self) -> bool:
        """Every home has refused, so what was asked for has happened nowhere."""
        return len(self.failures) == len(self.asked) and all(self.failures.values())

    @property
    def told(self) -> bool:
        """Can the caller be told? Not while it may still turn out that nothing happened."""
        if self.verdict != "hopeless":
            return self.verdict == "enough"
        return bool(self.answers) or not all(self.failures.values()) or not self.missing

    def newest(self, merge: Merge) -> Versions:
        """All answers merged, in the order that `merge` gives them."""
        result: Versions = ()
        for versions in self.answers.values():
            result = merge(result, versions)
        return result

    def repairs(self, merge: Merge) -> dict[str, Versions]:
        """For each home whose answer lacked something: the merged versions, to be sent to it."""
        whole = self.newest(merge)
        lacking = (node for node, versions in self.answers.items() if versions != whole)
        return dict.fromkeys(lacking, whole)
