"""What a person does to the cluster that is up, be it by a command or on the page: strikes, orders."""
