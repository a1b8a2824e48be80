"""The parts of the simulation: one timeline, and virtual loops, links, disks, clocks and processes on it."""
