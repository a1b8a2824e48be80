"""What the clients do: one workload a file, free of any runtime, clock or global randomness."""
