"""What tells old from new: positions in a log, and the tokens that clients carry."""
