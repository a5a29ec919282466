"""Applying a review: layers in waves, each plan held against what was reviewed."""
