"""`python -m strata` is the same as `strata`."""

import sys
from typing import NoReturn


def run() -> None:
    """What the installed command does."""
    if sys.argv[1:] == ["--version"]:
        from strata.machine.version import version_text  # noqa: PLC0415 - needs nothing installed

        print(version_text())  # noqa: T201
        return
    try:
        from strata.cli import run as run_command  # noqa: PLC0415 - imports typer
    except ModuleNotFoundError as error:
        _not_set_up(error)
    run_command()


def _not_set_up(error: ModuleNotFoundError) -> NoReturn:
    from strata.commands.exit_codes import codes_of  # noqa: PLC0415
    from strata.machine.unforeseen import tell  # noqa: PLC0415

    told = tell(error, debug="--debug" in sys.argv)
    sys.exit(codes_of(sys.argv[1:]).of_error(told.exit_code))


if __name__ == "__main__":
    run()
