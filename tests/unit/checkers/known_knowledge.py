"""What a reader must be told of the histories in which clients say what they knew."""

BAD = [
    (
        "lost-write/found-knowledge-one-of-two-at-once",
        (2, 4, 7, 9),
        "that x='B' is written; no replica shows",
    ),
    ("lost-write/found-knowledge-later-without-knowing", (2, 3, 7, 9), "nobody who knew it replaced it"),
    ("lost-write/found-knowledge-doubt-left-nothing", (0, 1, 5, 7), "that x='A' is written"),
    ("lost-write/found-knowledge-one-sibling-replaced", (1, 3, 7, 9), "that x='C' is written"),
    ("lost-write/found-knowledge-element-not-seen", (0, 1, 5, 7), "that 'tea' is in the set s"),
    ("stale-replica/found-knowledge-replaced-sibling", (2, 3, 4, 5), "n1 still holds 'A' beside 'B' under x"),
    ("stale-read/found-knowledge-all-siblings-replaced", (6, 7, 8, 9), "saw 'B' beside 'C', although"),
    ("diverged-replicas/found-siblings-no-bound", (3, 5), "'B' beside 'C' on n1, but 'B' on n2"),
    ("deleted-item-returns/found-register", (2, 3, 4, 5), "saw 'A' under x; process 1 was told by n1"),
    ("deleted-item-returns/found-item-of-a-merged-cart", (2, 3, 4, 5), '"tea" is back on n1, which holds'),
    ("deleted-item-returns/found-merged-by-a-client", (2, 4, 8, 9), '"tea" is back on n1'),
    ("deleted-item-returns/found-element", (2, 3, 4, 5), "that s is deleted; after settling"),
]

UNKNOWN = [
    ("lost-write/unknown-knowledge-of-a-failed-write", "operation 4 saw 'B' under x, which only process 1"),
    ("lost-write/unknown-knowledge-from-nowhere", "operation 2 saw 'Z' under x, which nobody had begun"),
    ("lost-write/unknown-knowledge-in-a-circle", "operation 0 saw 'B' under x, which nobody had begun"),
    ("stale-replica/unknown-knowledge-from-nowhere", "operation 2 saw 'Z' under x"),
    ("stale-read/unknown-knowledge-from-nowhere", "read 4 of x returned 'Y'"),
    ("deleted-item-returns/unknown-element-added-twice", "was added to s more than once"),
    ("deleted-item-returns/unknown-blind-delete", "no delete by a client that said what it saw"),
    ("deleted-item-returns/unknown-replica-never-read", "what n2 holds under x is not known"),
    ("linearizable/unknown-siblings", "a read of x returned several values"),
    ("read-your-writes/unknown-siblings", "a read of x returned several values"),
    ("causality/unknown-siblings", "a read of x returned several values"),
]
