"""The SQL door: clients' transactions on tables, and four ways to write them into a log."""
