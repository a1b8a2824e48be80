"""What runs inside the cluster: replicas, a controller, and gateways."""
