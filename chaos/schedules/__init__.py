"""Schedules: which faults strike when, as data that can be drawn, saved, replayed and shrunk."""
