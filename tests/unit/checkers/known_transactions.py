"""The known histories of transactions: what each witness, and each reason, must say."""

BAD = [
    # file, the events that are the evidence, and what a reader must be told
    ("half-transaction-seen/found-two-lists", (0, 1, 2, 3), "appended 1 to 'a' and 2 to 'b' in one"),
    (
        "half-transaction-seen/found-second-read",
        (0, 1, 2, 3),
        "process 1 saw that in one read of a transaction",
    ),
    ("half-transaction-seen/found-second-before-first", (0, 1, 2, 3), "saw the second before the first"),
    ("half-transaction-seen/found-one-read-of-two", (0, 1, 2, 3), "in one read of a transaction, but not in"),
    ("half-transaction-seen/found-one-list", (0, 1, 2, 3), "saw the first but not the second"),
    ("transaction-cycle/found-circular-reads", (0, 1, 2, 3), "the latter read 1; process 1"),
    ("transaction-cycle/found-own-append-missing", (0, 1), "by what it had done itself it must end in [1]"),
    ("transaction-cycle/found-read-not-repeated", (1, 3), "but by what it had done itself it was []"),
    ("transaction-cycle/found-element-twice", (2, 3), "read [1, 1] in 'a', the same element twice"),
    ("transaction-cycle/found-aborted-read", (0, 1, 2, 3), "G1a: process 0 failed to append 1 to 'x'"),
    ("transaction-cycle/found-appends-out-of-order", (0, 1, 2, 3), "first 1, then 2 to 'x' in one tr"),
    ("transaction-cycle/found-first-append-missing", (0, 1, 2, 3), "but process 1 read [2]"),
    ("transaction-cycle/found-in-doubt-but-seen", (0, 1, 2, 3), "G-single: process 0 (event 0)"),
    ("transaction-cycle/found-intermediate-read", (0, 1, 2, 3), "G1b: process 0 appended 2 to 'x' after 1"),
    ("transaction-cycle/found-long-fork", tuple(range(8)), "G-nonadjacent: process 0 (event 0)"),
    ("transaction-cycle/found-lost-update", (0, 1, 2, 3), "both read 'x' when it was [], and both appended"),
    ("transaction-cycle/found-own-append-seen-before-it", (0, 1), "but it appended 1 itself only later"),
    ("transaction-cycle/found-paper-own-append-unseen", (0, 1), "read [] in 0, but by what it had done"),
    (
        "transaction-cycle/found-paper-overwritten-unseen",
        (2, 3, 4, 5),
        "G-single: process 1 (event 2) comes before process 2 (event 3): the former read 34 without 5",
    ),
    (
        "transaction-cycle/found-paper-unread-append",
        tuple(range(2, 8)),
        "process 3 (event 4) comes before process 1 (event 2): 4 was appended to 256 before 3",
    ),
    ("transaction-cycle/found-read-skew", (0, 1, 2, 3), "G-single: process 0 (event 0)"),
    ("transaction-cycle/found-write-cycle", (0, 1, 2, 3), "G0: process 0 (event 0) comes before process 1"),
    ("transaction-cycle/found-write-skew", (0, 1, 2, 3), "the former read 'b' without 2; process 1"),
    ("transaction-cycle/found-no-common-order", (4, 5, 6, 7), "neither is the beginning of the other"),
]
UNKNOWN = [
    ("half-transaction-seen/unknown-nothing-read", "no read of a transaction succeeded"),
    ("half-transaction-seen/unknown-appended-twice", "operations 0 and 2 both append 1 to a"),
    ("transaction-cycle/unknown-element-from-nowhere", "operation 0 read 1 in 'a'"),
    ("transaction-cycle/unknown-nothing-appended", "no append of a transaction succeeded"),
    ("transaction-cycle/unknown-nothing-read", "no read of a transaction succeeded"),
    ("transaction-cycle/unknown-read-before-it-was-asked-for", "was over before operation 2 was asked"),
]
