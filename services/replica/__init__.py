"""A replica: a node that holds a copy of the data, and the strategies by which copies stay alike."""
