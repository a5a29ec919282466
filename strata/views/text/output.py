"""What a finished apply left to use, for a terminal."""

from strata.state.outputs import Output


def text(output: Output) -> str:
    """A line for each address, name and ARN, never wrapped, so that it can be copied."""
    rows = [
        ("address", output.address),
        ("load balancer", output.load_balancer),
        *[("name server", name) for name in output.name_servers],
        ("repository", output.repository),
        *[(endpoint.name, f"{endpoint.host}:{endpoint.port}") for endpoint in output.endpoints],
        *[("log group", group) for group in output.log_groups],
        *[(name, arn) for name, arn in output.secrets.items()],
        ("not applied", ", ".join(output.not_applied)),
    ]
    width = max((len(label) for label, value in rows if value), default=0)
    return "".join(f"{label:{width}} {value}\n" for label, value in rows if value)
