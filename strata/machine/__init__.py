"""This machine: its files, folders, processes, signals, and Node."""
