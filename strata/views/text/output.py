"""What a finished apply left to use, for a terminal."""

from strata.state.outputs import Output


def text(found: Output) -> str:
    """A line for each address, name and ARN, whole as it is copied."""
    rows = [
        ("address", found.address),
        ("load balancer", found.load_balancer),
        *[("name server", one) for one in found.name_servers],
        ("repository", found.repository),
        *[(one.name, f"{one.host}:{one.port}") for one in found.endpoints],
        *[("log group", one) for one in found.log_groups],
        *[(name, arn) for name, arn in found.secrets.items()],
        ("not applied", ", ".join(found.not_applied)),
    ]
    width = max((len(label) for label, value in rows if value), default=0)
    return "".join(f"{label:{width}} {value}\n" for label, value in rows if value)
