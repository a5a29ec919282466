"""The variables by which services know where those are that they reach by name."""

from strata.settings.models import Settings


def connected(settings: Settings) -> dict[str, str]:
    """Variable -> its value: host and port of each of `[services]` that has a port.

    `order-stock` is in `ORDER_STOCK_HOST` and `ORDER_STOCK_PORT`.
    """
    return {
        variable: value
        for name, worker in settings.services.items()
        if worker.port
        for variable, value in zip(variables(name), (name, str(worker.port)), strict=True)
    }


def variables(name: str) -> tuple[str, str]:
    """The variables for host and port of a service."""
    upper = name.upper().replace("-", "_")
    return f"{upper}_HOST", f"{upper}_PORT"
