"""Where the project lies and where it may write."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder: it holds `main.py`, `envs/` and `modules/`."""

WORK = ROOT / ".strata"
"""Everything that a run makes and that is not synthesized JSON. Ignored by git, safe to delete."""
