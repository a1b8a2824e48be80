"""A verdict in plain words, with the operations that show it."""

from collections.abc import Iterable, Iterator, Mapping

from chaos.verdict import Finding, Kind


def headline(kind: Kind, as_expected: bool | None) -> str:
    """One word for the outcome: whether a problem was shown, whether a remedy has held."""
    if as_expected is None:
        return "unknown"
    if kind == "problem":
        return "shown" if as_expected else "not shown"
    return "held" if as_expected else "broken"


def sentences(problems: Iterable[str], findings: Iterable[Finding]) -> Iterator[str]:
    """One sentence for each reason to doubt the run, and for each anomaly."""
    yield from (f"unknown, because {problem}" for problem in problems)
    yield from map(_of_finding, findings)


def price(measures: Mapping[str, float]) -> str:
    """What clients got and what they paid, in one line."""
    return (
        f"{measures['acknowledged']:g} writes acknowledged, {measures['read']:g} reads answered, "
        f"{measures['failed']:g} refused, {measures['in_doubt']:g} in doubt; "
        f"longest time without a write {measures['downtime_ms']:.0f} ms"
    )


def _of_finding(finding: Finding) -> str:
    if finding.found is None:
        return f"{finding.name}: unknown, because {finding.reason}"
    if not finding.found:
        return f"no {finding.name}"
    times = "" if finding.count == 1 else f" ({finding.count} times; the first)"
    if not finding.witnesses:
        return f"{finding.name}{times}"
    witness = finding.witnesses[0]
    events = ", ".join(map(str, witness.ops))
    return f"{finding.name}{times}: {witness.text} [events {events}]"
