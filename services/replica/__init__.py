"""The shell of every replica: settings in force, capacity, trouble; what is behind it is a family's."""
