"""What runs around the warehouse on a server: the secrets of the containers."""
