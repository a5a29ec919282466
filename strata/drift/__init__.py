"""What differs between AWS and what was applied, and what stands beside it."""
