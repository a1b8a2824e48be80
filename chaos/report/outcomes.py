"""What became of an operation, in the words used everywhere: in stories, legends, charts and measures.

The history says `ok`, `fail` and `info`, as Jepsen does. Readers are told that a write was acknowledged or a
read answered, that it was refused and so certainly not done, or that it is in doubt.
"""

from collections.abc import Mapping

REFUSED, IN_DOUBT = "refused", "in doubt"
OUTCOMES: Mapping[str, str] = {"fail": REFUSED, "info": IN_DOUBT}  # an `ok` is told by what was answered
NOT_DONE = f"{REFUSED} or {IN_DOUBT}"
MEANING: Mapping[str, str] = {"fail": "certainly not done", "info": "done or not, nobody can say"}
MEASURES: Mapping[str, str] = {
    "acknowledged": "writes acknowledged",
    "read": "reads answered",
    "failed": REFUSED,
    "in_doubt": IN_DOUBT,
}
