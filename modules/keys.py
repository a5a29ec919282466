"""Keys of our own, for what AWS's own keys cannot encrypt."""

import json
from collections.abc import Mapping

from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.provider import AwsProvider
from constructs import Construct

from modules.naming import Names


def own_key(
    scope: Construct,
    id_: str,
    names: Names,
    what: str,
    description: str,
    *statements: Mapping[str, object],
    provider: AwsProvider | None = None,
) -> KmsKey:
    """Add a key that the account administers, and that `statements` let others use; in the
    environment's region, or in that of `provider`."""
    account = names.settings.environment.account_id
    administers = {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return KmsKey(
        scope,
        id_,
        provider=provider,
        description=description,
        enable_key_rotation=True,
        deletion_window_in_days=7,
        policy=json.dumps({"Version": "2012-10-17", "Statement": [administers, *statements]}),
        tags=names.tags(what),
    )
