"""The client of the bucket with the state of every layer."""

from typing import TYPE_CHECKING, Literal, cast

from botocore.config import Config

from strata.aws.session import core_session
from strata.settings.models import Environment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def s3_client(environment: Environment, config: Config | None = None) -> "S3Client":
    """S3 in the environment's region; the emulator answers to paths only."""
    style: Literal["auto", "path"] = "path" if environment.emulated else "auto"
    paths = Config(s3={"addressing_style": style})
    client = core_session().create_client(
        "s3", region_name=environment.region, config=config.merge(paths) if config else paths
    )
    return cast("S3Client", client)
