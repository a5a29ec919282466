"""Clients of AWS for what Terraform does not do: the state bucket, locks, inventory."""

from typing import TYPE_CHECKING, Literal

import boto3
from botocore.config import Config

from strata.settings.models import Environment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IMPATIENT = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})
"""For questions before the work: an endpoint that is not there is found in seconds."""


def session(environment: Environment) -> boto3.Session:
    """A session in the environment's region, with the credentials of this shell."""
    return boto3.Session(region_name=environment.region)


def s3_client(environment: Environment, config: Config | None = None) -> "S3Client":
    """A client of S3 that finds the state bucket, on the emulator too."""
    style: Literal["auto", "path"] = "path" if environment.emulated else "auto"
    paths = Config(s3={"addressing_style": style})
    return session(environment).client("s3", config=config.merge(paths) if config else paths)
