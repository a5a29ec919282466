"""Tests: they mirror the tree of `strata/`, `modules/`, `policies/` and `emulator/`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The project's folder."""
WORK = ROOT / ".strata"
"""What earlier runs made in it: the emulator's environment, Terraform."""
