"""The shell of every gateway: REST, and what clients may send; what is behind it is a family's."""
