"""A device: a node with a disk and users of its own, which works also while it reaches nobody."""
