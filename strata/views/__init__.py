"""Reports in the formats that people and tools read, one file for each format."""
