"""Copies of the leader's data: made and handed out by the leader, taken by newcomers and laggards."""
