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
