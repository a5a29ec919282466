"""The locks that Terraform keeps beside the states: whose they are, and removing a stale lock.

With `use_lockfile` a lock is the object `<state key>.tflock` (Terraform, S3 backend); it says who
took it, when and for what.
"""

import contextlib
import getpass
import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import IMPATIENT
from strata.documents.layers import ALL_LAYERS, state_key
from strata.errors import StrataError
from strata.settings.models import Environment
from strata.state.client import s3_client
from strata.terraform.binary import wanted_version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OPERATIONS = {
    # Terraform names a destroy an apply too.
    "OperationTypeApply": "apply",
    "OperationTypePlan": "plan",
    "OperationTypeRefresh": "refresh",
}


@dataclass(frozen=True)
class Lock:
    """Who locked a layer's state: `who` is user@host, `since` in UTC, `operation` Terraform's.

    A lock object that cannot be read locks as well; `unread` describes its content then.
    """

    layer: str
    id: str
    who: str
    since: datetime
    operation: str
    unread: str = ""

    def words(self, now: datetime) -> str:
        """`network is locked by ann@desk since 12:01:07 UTC (3 min) for apply`."""
        if self.unread:
            since = self._age(now)
            return f"{self.layer} is locked since {since}, holder unknown: {self.unread}"
        return f"{self.layer} is locked by {self.who} since {self._age(now)} for {self.operation}"

    def _age(self, now: datetime) -> str:
        minutes = (now - self.since).total_seconds() / 60
        age = f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
        when = self.since.strftime(
            "%H:%M:%S UTC" if self.since.date() == now.date() else "%Y-%m-%d %H:%M UTC"
        )
        return f"{when} ({age})"


def parse(layer: str, content: bytes) -> Lock:
    """A lock object's content; raises StrataError for what Terraform did not write."""
    try:
        fields = json.loads(content)
        # Terraform writes nanoseconds, of which Python reads six digits.
        since = datetime.fromisoformat(fields["Created"][:19] + "+00:00")
        operation = OPERATIONS.get(str(fields["Operation"]), str(fields["Operation"]))
        return Lock(layer, str(fields["ID"]), str(fields["Who"]), since, operation)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StrataError(f"the lock object of {layer} is not a lock of Terraform") from error


def read(environment: Environment, layer: str) -> Lock | None:
    """The lock on a layer; None when it is not locked."""
    return _read(s3_client(environment, IMPATIENT), environment, layer)


def read_all(environment: Environment) -> list[Lock]:
    """Every lock on the environment, in the order of the layers."""
    s3 = s3_client(environment, IMPATIENT)
    try:
        answer = s3.list_objects_v2(
            Bucket=environment.state_bucket, Prefix=f"{environment.name}/"
        ).get("Contents", [])
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    keys = {entry["Key"] for entry in answer}
    locked = [layer for layer in ALL_LAYERS if lock_key(environment, layer) in keys]
    read_locks = (_read(s3, environment, layer) for layer in locked)
    return [lock for lock in read_locks if lock]


def release(environment: Environment, lock: Lock) -> None:
    """Remove a lock; raises StrataError when the layer has another lock now, or none."""
    s3 = s3_client(environment, IMPATIENT)
    now = _read(s3, environment, lock.layer)
    if now is None or now.id != lock.id:
        raise StrataError(
            f"{lock.layer}: the lock {lock.id} is not held any more",
            f"strata unlock ENV {lock.layer} shows who holds it now",
        )
    try:
        s3.delete_object(Bucket=environment.state_bucket, Key=lock_key(environment, lock.layer))
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


@contextlib.contextmanager
def taken(environment: Environment, layer: str, operation: str) -> Iterator[None]:
    """Lock a layer as Terraform would; raises StrataError when it is locked already."""
    s3 = s3_client(environment, IMPATIENT)
    bucket, key = environment.state_bucket, lock_key(environment, layer)
    lock = {
        "ID": str(uuid.uuid4()),
        "Operation": operation,
        "Info": "",
        "Who": f"{getpass.getuser()}@{socket.gethostname()}",
        "Version": wanted_version(),
        "Created": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "Path": f"{bucket}/{state_key(environment.name, layer)}",
    }
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(lock).encode(), IfNoneMatch="*")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (409, 412):
            raise explain(error) from error
        other = _read(s3, environment, layer)
        words = other.words(now()) if other else f"{layer} was locked at the same moment"
        raise StrataError(words, "wait until it is free, then run this again") from None
    except BotoCoreError as error:
        raise explain(error) from error
    try:
        yield
    finally:
        _give_back(s3, environment, layer, lock["ID"])


def _give_back(s3: "S3Client", environment: Environment, layer: str, own: str) -> None:
    """Remove the own lock, and not a lock that somebody else has taken since it was unlocked."""
    lock = _read(s3, environment, layer)
    if lock is None or lock.id != own:
        return
    try:
        s3.delete_object(Bucket=environment.state_bucket, Key=lock_key(environment, layer))
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def lock_key(environment: Environment, layer: str) -> str:
    """The key of a layer's lock object."""
    return f"{state_key(environment.name, layer)}.tflock"


def now() -> datetime:
    """The current time, for `Lock.words`."""
    return datetime.now(UTC)


def _read(s3: "S3Client", environment: Environment, layer: str) -> Lock | None:
    bucket, key = environment.state_bucket, lock_key(environment, layer)
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
        content = answer["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise explain(error) from error
    except BotoCoreError as error:
        raise explain(error) from error
    try:
        return parse(layer, content)
    except StrataError:
        what = f"{len(content)} bytes that are not Terraform's" if content else "is empty"
        return Lock(
            layer, answer["ETag"], "", answer["LastModified"], "", f"s3://{bucket}/{key}, {what}"
        )
