"""Replication without a leader, in the manner of Dynamo: whoever is asked asks a key's homes, and counts."""
