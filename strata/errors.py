"""Errors that a user can do something about."""


class StrataError(Exception):
    """Work that failed for a reason outside of the program.

    `message` says what, where and why; `hint` says what to do, often a command.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(StrataError):
    """Input that cannot be used as it is; nothing was written or changed."""

    exit_code = 2


class Deviation(StrataError):
    """What would be done is not what was reviewed: only a new review helps."""


class NotBegun(StrataError):
    """Terraform refused to apply a plan before it changed or wrote anything."""


class Answered(Exception):
    """Ends a command with an exit code that is an answer, and not typer's for wrong usage."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
