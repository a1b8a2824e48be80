"""The shell of every gateway: REST, and what clients may send; behind it is the part of a family."""
