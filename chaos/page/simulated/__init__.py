"""The live page of a simulated run, where time can go backwards, and every past has more than one future."""
