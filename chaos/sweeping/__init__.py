"""Many runs in virtual time: one seed, many seeds, and the shortest schedule that still shows it."""
