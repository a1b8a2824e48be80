"""The tooling: clusters on three runtimes, faults, workloads, histories, checkers, reports."""
