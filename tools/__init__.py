"""Programs that renew what the project ships."""
