"""Nodes beside the cluster: they use it, and it does not depend on them."""
