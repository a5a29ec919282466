"""Taking an environment down: what would be lost, what forbids it, what is left."""
