"""One call of an AWS API, and what of the emulator's state is asked about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call of an AWS API: names as botocore has them, parameters as the client gave them."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    account: str
    region: str

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or `default` where it was not given."""
        value = self.parameters.get(name)
        return default if value is None else value

    def backend(self, service: str) -> Any:
        """What moto keeps of `service` in this account and region; of the partition where it is
        global (IAM, Route 53, S3)."""
        from moto.backends import get_backend  # noqa: PLC0415 - not there beside the tests

        regions = get_backend(service)[self.account]
        return regions["aws" if service in ("iam", "route53", "s3") else self.region]
