"""Renamed and moved constructs: what stood for the old name goes on standing for the new one."""
