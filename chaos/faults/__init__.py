"""Faults: one file each. They know the cluster protocol, and nothing about the runtime."""
