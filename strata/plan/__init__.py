"""One plan over all layers: read, told by rank, kept as a review."""
