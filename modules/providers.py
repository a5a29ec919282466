"""The configurations of the AWS provider: of the environment's region, and of us-east-1."""

from cdktf_cdktf_provider_aws.provider import AwsProvider
from constructs import Construct

from strata.documents.providers import ALIAS, SECOND_REGION
from strata.settings.models import Environment


def in_own_region(scope: Construct, environment: Environment) -> AwsProvider:
    """Add the configuration that everything has which names no other."""
    return _provider(scope, environment, environment.region, None)


def in_us_east_1(scope: Construct, environment: Environment) -> AwsProvider:
    """Add the configuration for what AWS has in us-east-1 alone.

    Terraform needs it to delete what was made with it, so it must stay in the stack when nothing
    uses it any more. While nothing does, Terraform does not start the provider a second time.
    """
    return _provider(scope, environment, SECOND_REGION, ALIAS)


def _provider(
    scope: Construct, environment: Environment, region: str, alias: str | None
) -> AwsProvider:
    emulated = True if environment.emulated else None
    return AwsProvider(
        scope,
        "aws",
        alias=alias,
        region=region,
        allowed_account_ids=[environment.account_id],
        s3_use_path_style=emulated,
        skip_credentials_validation=emulated,
        skip_metadata_api_check="true" if emulated else None,
    )
