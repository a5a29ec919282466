"""The report as people read it: in a terminal, in a pull request, in a browser."""
