"""Every way in which a request can fail: one table, each error definite or indefinite.

A *definite* error promises that the request had no effect and never will. An *indefinite* one admits that
the outcome is unknown. A client may retry after a definite error. After an indefinite one it cannot know, and
a recorded history must keep the operation open for ever. In doubt: indefinite. (The table follows Maelstrom;
the idea that this single bit matters most is Jepsen's.)
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One row of the table: stable `code`, HTTP `status`, and whether it is `definite`."""

    code: str
    status: int
    definite: bool
    meaning: str


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("bad-request", 400, True, "the request is malformed"),
        Kind("bad-key", 400, True, "the key is not usable"),
        Kind("bad-value", 400, True, "the value is not usable"),
        Kind("bad-sql", 400, True, "the SQL is not usable"),
        Kind("unsafe-statement", 400, True, "the statement may give different results on other replicas"),
        Kind("constraint-violated", 409, True, "the transaction breaks a rule of a table"),
        Kind("copies-differ", 409, True, "a record of the log does not fit this copy"),
        Kind("storage-format", 409, True, "the log is in a storage format other than this copy's"),
        Kind("log-damaged", 409, True, "a record of the log does not match its checksum"),
        Kind("unauthorized", 401, True, "orders to nodes need the run's token"),
        Kind("forbidden-host", 403, True, "the Host header names another machine"),
        Kind("forbidden-origin", 403, True, "browsers from other sites may not talk to the lab"),
        Kind("no-such-route", 404, True, "there is no such path"),
        Kind("wrong-method", 405, True, "the path does not support this method"),
        Kind("no-such-key", 404, True, "the key has no value"),
        Kind("not-leader", 409, True, "this replica is not the leader"),
        Kind("stale-epoch", 409, True, "the sender's epoch is over; a newer one has begun"),
        Kind("bad-order", 409, True, "the order does not fit the node's state"),
        Kind(
            "another-incarnation",
            409,
            True,
            "the sender belongs to the cluster as it was before it began anew",
        ),
        Kind("log-gone", 409, True, "the needed part of the log was trimmed; only a full copy helps"),
        Kind("wrong-partition", 421, True, "this replica holds another part of the keys"),
        Kind("position-not-reached", 409, True, "this replica did not reach the client's token in time"),
        Kind("position-lost", 410, True, "what this session saw or wrote was lost when a leader failed"),
        Kind("copy-gone", 410, True, "this copy is no longer here; ask for another"),
        Kind("obsolete-version", 409, True, "the writer had not seen the newest version"),
        Kind("too-many-siblings", 409, True, "nobody has merged the values of this key for too long"),
        Kind("locked", 423, True, "somebody else is editing this document"),
        Kind("too-large", 413, True, "the body is larger than allowed"),
        Kind("no-leader", 503, True, "no leader is known at the moment"),
        Kind("lease-expired", 503, True, "the leader's lease has run out, so it accepts nothing"),
        Kind("too-far-behind", 503, True, "this follower is further behind than the bound allows"),
        Kind("unreachable", 503, True, "the other side refused the connection; nothing was sent"),
        Kind("shutting-down", 503, True, "the node is stopping"),
        Kind("overloaded", 503, True, "too many requests wait here already"),
        Kind("no-quorum", 503, True, "too few homes of the key answered, and nothing was changed"),
        Kind("connection-lost", 502, False, "the connection ended before the answer; it may have happened"),
        Kind("storage-failed", 500, False, "the disk reported an error while writing"),
        Kind("internal", 500, False, "a bug; the node's log has the traceback"),
        Kind("timed-out", 504, False, "no answer in time; it may or may not have happened"),
        Kind(
            "not-acknowledged", 504, False, "stored by the leader, but the followers did not confirm in time"
        ),
        Kind("too-few-answers", 504, False, "fewer homes of the key than needed confirmed the write in time"),
    )
}


class LabError(Exception):
    """A failure with a row in the table; `text` names the offending value and the remedy.

    `leader` is the node to ask instead, if the raiser knows it.
    """

    def __init__(self, code: str, text: str, leader: str | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.kind = KINDS[code]
        self.text = text
        self.leader = leader

    @property
    def definite(self) -> bool:
        """True if the request certainly had no effect."""
        return self.kind.definite
