"""A datacenter as a group with one leader: to the others a single origin, which outlives its replicas."""
