"""What is said of a run: findings, verdicts, exit codes, measures."""
