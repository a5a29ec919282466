"""Reports for a terminal of 80 columns, one file for each report."""
