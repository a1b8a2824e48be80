"""The rows of `known.py` about the ways that changes take between leaders."""

BAD = [
    (
        "missed-change/found-in-the-end-whatever-the-bound",
        (0, 1, 8, 9),
        "in the end process 2 asked n3",
    ),
    (
        "missed-change/found-unheard-of-beyond-the-bound",
        (0, 1, 3, 4),
        "350 ms later process 1 asked n3",
    ),
    ("missed-change/found-older-value-beyond-the-bound", (2, 3, 4, 5), "and saw 1, and no fault had struck"),
    ("replication-loop/found-both-come-again", tuple(range(4, 12)), "saw 1 at 0.300 s, 2 at 0.400 s, 1 at"),
]
UNKNOWN = [
    ("missed-change/unknown-nobody-looked-after-the-bound", "nobody asked another replica for a key written"),
    ("missed-change/unknown-reader-away-beyond-the-bound", "nobody asked another replica for a key written"),
    ("replication-loop/unknown-value-written-twice", "both write 1 to x"),
    ("replication-loop/unknown-no-read-succeeded", "no read succeeded"),
    ("replication-loop/unknown-no-write-succeeded", "succeeded"),
]
