"""The secrets of an environment, for a terminal."""

from strata.release.secret_store import ListedSecret, SecretsReport


def text(report: SecretsReport, makes: str) -> str:
    """A line for each secret: its name, where it is, when it was set, and who gets it. Without any,
    the command that `makes` one."""
    if not report.secrets:
        return f"{report.environment} has no secrets of its own; {makes} makes one\n"
    rows = [(one.name, one.store, _when(one), _use(one)) for one in report.secrets]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        "  ".join([*(f"{row[at]:{width}}" for at, width in enumerate(widths)), row[3]]) + "\n"
        for row in rows
    )


def _when(secret: ListedSecret) -> str:
    if secret.state != "there" or secret.changed is None:
        return secret.state
    return f"set {secret.changed:%Y-%m-%d %H:%M}"


def _use(secret: ListedSecret) -> str:
    return f"used by {', '.join(secret.used_by)}" if secret.used_by else "not used"
