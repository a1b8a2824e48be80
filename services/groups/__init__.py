"""Which nodes hold which keys."""
