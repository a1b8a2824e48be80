"""Replication without a leader, as in Dynamo: any node can coordinate; it asks a key's homes and counts."""
