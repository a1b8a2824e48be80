"""What n, w and r come to: predicted, and measured in simulation."""
