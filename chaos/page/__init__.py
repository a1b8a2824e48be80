"""`./lab page`: the running cluster as a live picture, which one can break by hand."""
