"""A device: a node with a disk and users of its own, which works even while it reaches no other node."""
