"""Checks before the first change whether the work can begin; a line for each problem."""

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain, no_state_bucket
from strata.aws.session import IMPATIENT, session
from strata.errors import StrataError
from strata.settings.models import Environment
from strata.state.client import s3_client


def check(environment: Environment) -> None:
    """Raise StrataError unless AWS answers, as the right account, and the state bucket is there."""
    check_account(environment)
    if not has_state_bucket(environment):
        raise no_state_bucket(environment.state_bucket, environment.command("bootstrap"))


def has_state_bucket(environment: Environment) -> bool:
    """Whether the state bucket is there; raises StrataError where it may not be used."""
    bucket = environment.state_bucket
    try:
        s3_client(environment, IMPATIENT).head_bucket(
            Bucket=bucket, ExpectedBucketOwner=environment.account_id
        )
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        if status == 403:
            raise StrataError(
                f"the state bucket {bucket} may not be read: it belongs to another account than "
                f"{environment.account_id}, or these credentials lack s3:ListBucket",
            ) from error
        if status == 301:
            raise StrataError(
                f"the state bucket {bucket} is not in {environment.region}",
                "environment.region must be the bucket's own",
            ) from error
        raise explain(error) from error
    except BotoCoreError as error:
        raise explain(error) from error
    return True


def check_account(environment: Environment) -> None:
    """Raise StrataError unless AWS answers to credentials of the environment's account."""
    try:
        sts = session(environment).client("sts", config=IMPATIENT)
        account = sts.get_caller_identity()["Account"]
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    if account != environment.account_id:
        raise StrataError(
            f"these credentials are of account {account}, and environment.account_id is "
            f"{environment.account_id}",
            "use the credentials of the environment's own account",
        )
