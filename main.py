"""The CDKTF app: every layer of every environment in `envs/`, one stack each."""

import sys
from pathlib import Path

from strata.machine.folders import Folders, use
from strata.machine.node import in_use
from strata.machine.unforeseen import tell
from strata.synthesis import head_start


def main() -> int:
    """Synthesize into `cdktf.out`, or where `cdktf` asks for it."""
    # The app is that of its own folder, wherever it is run from.
    use(Folders.of(Path(__file__).resolve().parent))
    head_start.begin()
    try:
        synthesize()
    except Exception as error:  # noqa: BLE001 - the last defence, as the command has one
        return tell(error, debug="--debug" in sys.argv).exit_code
    return 0


def synthesize() -> None:
    """Write the stacks of every environment in `envs/`; raises StrataError."""
    # Imported here, while Node starts.
    from strata.settings import load_all  # noqa: PLC0415
    from strata.synthesis import lock_file, moved_blocks  # noqa: PLC0415
    from strata.synthesis.moves import read  # noqa: PLC0415

    # Before anything is written.
    environments, moves = load_all(), read()
    with in_use():
        # Waits for Node, which wrong settings need not wait for.
        from modules.environment import write_layers  # noqa: PLC0415

        out = write_layers(environments)
    names = [one.environment.name for one in environments]
    moved_blocks.write(out, names, moves)
    lock_file.write(out, names)


if __name__ == "__main__":
    sys.exit(main())
