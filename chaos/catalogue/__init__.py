"""Scenarios: what one is made of, and where they are found."""
