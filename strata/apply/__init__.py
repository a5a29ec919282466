"""Applying a review: layers in waves, each plan compared with the reviewed one."""
