"""The commands of `strata`, one module each; `strata.cli` gives them their names."""
