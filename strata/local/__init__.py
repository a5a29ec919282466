"""AWS on this machine: the emulator's control."""
