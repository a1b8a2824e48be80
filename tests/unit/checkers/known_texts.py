"""The rows of `known.py` about texts that several people edit."""

BAD = [
    ("garbled-text/found-two-orders", (4, 5, 6, 7), "saw 'a' on the left of 'b' in minutes; process 3"),
    ("garbled-text/found-other-order-in-the-end", (6, 7, 8, 9), "the final read of n1 at 0.450 s saw them"),
    ("garbled-text/found-twice", (2, 3), "process 1, who asked ann at 0.150 s saw 'a' more than once"),
    ("lost-write/found-typed-and-gone", (0, 1, 5), "it is in no replica's text at the end (n1 were read)"),
    (
        "diverged-replicas/found-text-in-another-order",
        (5, 7),
        "minutes is ['a', 'b'] on n1, but ['b', 'a'] on n2",
    ),
    (
        "deleted-item-returns/found-erased-character",
        (2, 3, 4, 5),
        """'a' is taken out of minutes; after settling, "a" is back on n1""",
    ),
]
UNKNOWN = [
    ("garbled-text/unknown-nobody-typed", "nobody typed into a text"),
    ("garbled-text/unknown-typed-twice", "'a' was typed into minutes more than once"),
    ("garbled-text/unknown-typed-by-nobody", "shows 'b', which nobody typed"),
    ("garbled-text/unknown-no-read-succeeded", "no read succeeded"),
    ("garbled-text/unknown-no-keystroke-succeeded", "no keystroke succeeded"),
]
