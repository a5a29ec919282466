"""From settings to Terraform JSON on disk, and what was renamed or moved in it."""
