"""AWS for what Terraform does not do: questions before the work, locks, inventory."""

import boto3
from botocore.config import Config

from strata.settings.models import Environment

IMPATIENT = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})
"""For questions before the work: an endpoint that is not there is found in seconds."""


def session(environment: Environment) -> boto3.Session:
    """A session in the environment's region, with the credentials of this shell."""
    return boto3.Session(region_name=environment.region)
