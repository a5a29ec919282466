"""Text for people: wrapped to a terminal's width."""
