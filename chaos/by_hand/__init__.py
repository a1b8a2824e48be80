"""What a person does to the running cluster, by a command or on the page: faults and orders."""
