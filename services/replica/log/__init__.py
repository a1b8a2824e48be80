"""Four replication logs over one engine: what a leader writes down, and what followers do."""
