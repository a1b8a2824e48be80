"""What tells old from new: versions, vectors, clocks for stamps, and the tokens that clients carry."""
