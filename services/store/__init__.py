"""What is on a replica's disk, whatever the family: effects with their undo, the log, group commit."""
