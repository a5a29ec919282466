"""`python -m strata` is the same as `strata`."""

import sys


def run() -> None:
    """What the installed command does."""
    if sys.argv[1:] == ["--version"]:
        from strata.machine.version import version_text  # noqa: PLC0415 - needs nothing installed

        print(version_text())  # noqa: T201
        return
    from strata.cli import run as run_command  # noqa: PLC0415 - imports typer

    run_command()


if __name__ == "__main__":
    run()
