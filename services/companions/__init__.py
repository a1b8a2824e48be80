"""Nodes beside the cluster: they use it, but it does not depend on them."""
