"""Answering reads from a replica's own copy, as soon as it may be shown, and never staler than allowed."""
