"""Making a run: a cluster under traffic and faults is healed, settled, read and judged."""
