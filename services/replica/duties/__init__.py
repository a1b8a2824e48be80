"""What a replica has to answer, by subject."""
