"""Events in older API versions: an endpoint keeps the version with which it was created."""
