"""The review: one plan over all layers, ranked by what it does, kept in a folder."""
