"""Why an outcome is not what a variant promises, in one sentence, from any `verdict.json`."""

from collections.abc import Mapping
from typing import Any

from chaos.report.words import breach, headline


def word(verdict: Mapping[str, Any]) -> str:
    """One word for the outcome."""
    return headline(verdict["kind"], verdict["as_expected"])


def why(verdict: Mapping[str, Any]) -> str:
    """What went against the promise: an anomaly under a remedy, none under a problem, or a doubt."""
    findings = verdict["anomalies"]
    doubts = [*verdict["problems"], *(_reason(each) for each in findings if each["found"] is None)]
    if verdict["as_expected"] is None:
        return "; ".join(doubts) or "nothing was judged"
    if verdict["kind"] == "remedy":
        return "; ".join(_evidence(each) for each in findings if each["found"])
    missing = ", ".join(each["name"] for each in findings if each["found"] is False)
    return f"the run did not show {missing}"


def _reason(finding: Mapping[str, Any]) -> str:
    return f"{finding['name']}: {finding['reason']}" if finding.get("reason") else finding["name"]


def _evidence(finding: Mapping[str, Any]) -> str:
    """What was found, how often, and the first proof."""
    times = f" ({finding['count']} times)" if finding["count"] > 1 else ""
    witness = f": {finding['witnesses'][0]['text']}" if finding["witnesses"] else ""
    return f"{breach(finding['name'])}{times}{witness}"
