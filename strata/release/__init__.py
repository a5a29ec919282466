"""Releasing an image: which one runs, a new one, its verdict, going back, tasks run once."""
