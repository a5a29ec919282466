"""Whether the work can begin: found before the first change, in one line each."""

import shlex

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from strata.aws import IMPATIENT, session
from strata.errors import StrataError
from strata.settings.models import Environment
from strata.state_bucket import s3_client

UNREACHABLE = (ConnectionError, HTTPClientError)
NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
UNKNOWN_KEY = {
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


def check(environment: Environment, env: str = "") -> None:
    """Raise StrataError unless AWS answers, as the right account, and the state bucket is there.

    `env` is how the user names the environment; a file may lie elsewhere than in `envs/`.
    """
    check_account(environment)
    if not has_state_bucket(environment):
        raise no_state_bucket(environment.state_bucket, env or environment.name)


def no_state_bucket(bucket: str, env: str) -> StrataError:
    """What every command that needs the bucket says of one that is not there."""
    return StrataError(f"there is no state bucket {bucket}", f"{bootstrap_command(env)} makes it")


def bootstrap_command(env: str) -> str:
    """The command that makes the state bucket, as a shell takes it."""
    return f"strata bootstrap {shlex.quote(env)}"


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


def explain(error: ClientError | BotoCoreError) -> StrataError:
    """What an error of AWS's library means to a user, in one line."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, NO_CREDENTIALS):
        return StrataError(
            f"no AWS credentials: {_line(error)}", "set AWS_PROFILE, or log in as the AWS CLI would"
        )
    if isinstance(error, UNREACHABLE):
        return StrataError(
            f"AWS cannot be reached: {_line(error)}",
            "look at the network, the proxy and AWS_ENDPOINT_URL",
        )
    return StrataError(_line(error))


def _refused(error: ClientError) -> StrataError:
    code = error.response["Error"]["Code"]
    if code in EXPIRED:
        return StrataError("the AWS credentials have expired", "log in again")
    if code in UNKNOWN_KEY:
        return StrataError(
            f"AWS does not know these credentials ({code})",
            "look at AWS_PROFILE, AWS_ACCESS_KEY_ID and the clock of this machine",
        )
    if code == "NoSuchBucket":
        bucket = error.response["Error"].get("BucketName", "for this environment")
        return no_state_bucket(str(bucket), "ENV")
    return StrataError(_line(error))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
