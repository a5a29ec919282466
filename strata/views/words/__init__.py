"""Sentences that the views of a report share, one file for each report."""
