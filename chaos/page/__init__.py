"""`./lab page`: the cluster that is up as a picture that moves, and that one can break by hand."""
