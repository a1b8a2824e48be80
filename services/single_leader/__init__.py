"""Single-leader replication: one replica takes all writes, the others follow its log."""
