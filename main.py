"""The CDKTF app: every layer of every environment in `envs/`, one stack each."""

import os
import sys
from pathlib import Path

# Node 20 works; the banner that jsii prints about its age would stand in every log.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from cdktf import App

from modules.environment import build_layers
from strata.errors import StrataError
from strata.moves import blocks
from strata.moves.declared import read
from strata.settings import load_all


def main() -> int:
    """Synthesize into `cdktf.out`, or where `cdktf` asks for it."""
    try:
        environments = load_all()
    except StrataError as error:
        print(f"error: {error.message}", file=sys.stderr)  # noqa: T201 - cdktf shows it
        return error.exit_code
    # Without `outdir`, which `cdktf synth` hands over itself.
    app = App()
    for settings in environments:
        build_layers(app, settings)
    app.synth()
    try:
        blocks.write(Path(app.outdir), [one.environment.name for one in environments], read())
    except StrataError as error:
        print(f"error: {error.message}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
