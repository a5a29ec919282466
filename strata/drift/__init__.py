"""What differs between AWS and what was applied, and what exists beside it."""
