"""The state bucket: the bucket itself, locks, states, and notes beside them."""
