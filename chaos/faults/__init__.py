"""Faults: one file each. They know the cluster protocol and nothing of what a cluster runs on."""
