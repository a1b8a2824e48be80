"""The shell of every replica: settings in force, capacity, trouble; behind it is the part of a family."""
