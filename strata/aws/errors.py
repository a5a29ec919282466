"""What an error of AWS's library means to a user, and what to do about it."""

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

from strata.errors import StrataError

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
        return no_state_bucket(str(bucket), "strata bootstrap ENV")
    return StrataError(_line(error))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def no_state_bucket(bucket: str, makes: str) -> StrataError:
    """The error of every command that needs the bucket when it does not exist; `makes` is the
    command that makes it."""
    return StrataError(f"there is no state bucket {bucket}", f"{makes} makes it")
