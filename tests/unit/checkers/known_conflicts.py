"""The rows of `known.py` about changes of which neither author knew the other's."""

BAD = [
    ("conflict/found-at-once", (0, 1, 2, 3), "neither knew the other"),
    ("conflict/found-later-without-knowing", (2, 3, 4, 5), "neither knew the other"),
]
UNKNOWN = [("conflict/unknown-blind-changes", "nobody said what a change knew")]
