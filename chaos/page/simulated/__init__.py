"""The live page of a simulated run: time goes backwards there, and every past has more than one future."""
