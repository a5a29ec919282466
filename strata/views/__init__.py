"""Reports as people and tools read them, one file a format."""
