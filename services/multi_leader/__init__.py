"""Multi-leader replication: every replica takes writes at once, and tells the others afterwards."""
