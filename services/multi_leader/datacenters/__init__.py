"""A datacenter as a group with one leader, and so one origin among others that outlives its replicas."""
