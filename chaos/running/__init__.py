"""Where a run is made: a cluster under traffic and faults, healed, settled, read and judged."""
