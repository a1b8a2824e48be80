"""The rows of `known.py` about changes of which neither author knew the other's, and how these are merged."""

BAD = [
    (
        "sibling-explosion/found-more-than-writers",
        (4, 5),
        "was given 2 values at once, although only 1 client",
    ),
    ("unbounded-staleness/found-older-than-the-bound", (2, 3, 4, 5), "the answer said nothing of its age"),
    ("unbounded-staleness/found-older-than-it-says", (2, 3, 4, 5), "said that it was 100 ms at most"),
    ("failed-write-seen/found-in-doubt", (0, 1, 2, 3), "had not been confirmed (too-few-answers: 1 of the 3"),
    ("failed-write-seen/found-among-siblings", (0, 1, 4, 5), "write of 1 to x failed (no-quorum); then"),
    ("lost-write/found-counter", (2, 3, 7, 11), "add up to 3, but no replica has that"),
    ("lost-write/found-list-element", (0, 1, 7, 11), "that 'a1' is in the list comments"),
    ("conflict/found-at-once", (0, 1, 2, 3), "neither knew the other"),
    ("conflict/found-later-without-knowing", (2, 3, 4, 5), "neither knew the other"),
]
UNKNOWN = [("conflict/unknown-blind-changes", "nobody said what a change knew")]
