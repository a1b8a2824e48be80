"""Where a cluster runs: in containers, as local processes, or in a simulation."""
