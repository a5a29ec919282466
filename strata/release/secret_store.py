"""The secrets of an application in Secrets Manager and Parameter Store. Values are only written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from strata.aws.session import IMPATIENT, pages, session
from strata.errors import StrataError
from strata.release.ecs import asking
from strata.release.secret_sources import STORES, Source, Use, parameter_arn, prefix, uses
from strata.settings.models import Environment, Settings
from strata.settings.resource_names import image_parameters
from strata.settings.rules.finding import Finding

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

AT_ONCE = 50
"""Names in a filter of DescribeParameters (Systems Manager API reference)."""


@dataclass(frozen=True)
class Stored:
    """A secret that is there. `owner` is who else sets its value; `kms_key` a customer's key."""

    source: Source
    arn: str
    changed: datetime | None = None
    has_value: bool = True
    deleted: bool = False
    kms_key: str = ""
    owner: str = ""
    type: str = ""


class ListedSecret(BaseModel):
    """A secret of an environment; never its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    store: str = Field(description="Secrets Manager or Parameter Store.")
    changed: datetime | None = Field(description="When its value was last set, if it has one.")
    state: str = Field(description="`there`, `missing`, `no value` or `to be deleted`.")
    used_by: list[str] = Field(
        description="Variables of the containers that get it, by the settings."
    )


class SecretsReport(BaseModel):
    """What `strata secret list` found: what the settings name, and what has the prefix."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environment: str
    secrets: list[ListedSecret]


class Store:
    """Both services, for one environment."""

    def __init__(self, environment: Environment) -> None:
        aws = session(environment)
        self._environment = environment
        self._secrets: SecretsManagerClient = aws.client("secretsmanager", config=IMPATIENT)
        make: Any = aws.client
        self._parameters = make("ssm", config=IMPATIENT)

    def find(self, source: Source) -> Stored | None:
        """What is at a source; None where nothing is. Errors of AWS are botocore's."""
        if source.service == "ssm":
            return next(self._named([source.name]), None)
        try:
            answer: Any = self._secrets.describe_secret(SecretId=source.name)
        except self._secrets.exceptions.ResourceNotFoundException:
            return None
        return _secret(source, answer)

    def _named(self, names: list[str]) -> Iterator[Stored]:
        # The ARN of `/name` and of `name` is the same.
        both = [*names, *(f"/{name}" for name in names if not name.startswith("/"))]
        for first in range(0, len(both), AT_ONCE):
            yield from self._described("Equals", both[first : first + AT_ONCE])

    def _described(self, option: str, values: list[str]) -> Iterator[Stored]:
        found = pages(
            self._parameters, "describe_parameters", "Parameters",
            ParameterFilters=[{"Key": "Name", "Option": option, "Values": values}],
        )  # fmt: skip
        for entry in found:
            name = str(entry["Name"])
            key = str(entry.get("KeyId", ""))
            yield Stored(
                Source("ssm", name),
                parameter_arn(self._environment, name),
                entry.get("LastModifiedDate"),
                kms_key="" if key.endswith("alias/aws/ssm") else key,
                type=str(entry.get("Type", "")),
            )

    def listed(self) -> Iterator[Stored]:
        """Everything under the prefix of the environment, but for the images that run."""
        begins = prefix(self._environment)
        for entry in pages(
            self._secrets, "list_secrets", "SecretList",
            Filters=[{"Key": "name", "Values": [begins]}], IncludePlannedDeletion=True,
        ):  # fmt: skip
            if entry["Name"].startswith(begins):
                yield _secret(Source("secretsmanager", entry["Name"]), entry)
        images = image_parameters(self._environment)
        # A worker's, also of one that left the settings, has its name behind the word.
        ours = (f"{images}/", f"{images}-")
        for stored in self._described("BeginsWith", [f"/{begins}"]):
            if stored.type != "String" or not stored.source.name.startswith(ours):
                yield stored

    def put(
        self, source: Source, there: Stored | None, value: str, key: str | None, settings: Settings
    ) -> str:
        """Store a value and return the ARN of the secret, which is made if it is not `there`.

        Raises StrataError in AWS's words.
        """
        # Without ManagedBy, by which Strata finds what its own layers have made.
        own = self._environment
        tags = {**settings.tags, "Project": own.project, "Environment": own.name}
        listed: Any = [{"Key": name, "Value": text} for name, text in tags.items()]
        with asking():
            if source.service == "ssm":
                self._put_parameter(source, value, key, [] if there else listed)
                return parameter_arn(own, source.name)
            keys: Any = {"KmsKeyId": key} if key else {}
            if there is None:
                made = self._secrets.create_secret(
                    Name=source.name, SecretString=value, Tags=listed, **keys
                )
                return made["ARN"]
            changed = self._secrets.update_secret(SecretId=source.name, SecretString=value, **keys)
            return changed["ARN"]

    def _put_parameter(self, source: Source, value: str, key: str | None, tags: list[Any]) -> None:
        # Tags and Overwrite exclude each other (Systems Manager API reference, PutParameter).
        more: Any = {"Tags": tags} if tags else {"Overwrite": True}
        if key:
            more["KeyId"] = key
        self._parameters.put_parameter(Name=source.name, Value=value, Type="SecureString", **more)


def _secret(source: Source, entry: Any) -> Stored:
    """A secret from its entry in the answers of DescribeSecret and ListSecrets."""
    stages = entry.get("VersionIdsToStages") or entry.get("SecretVersionsToStages") or {}
    tags = {tag["Key"]: tag["Value"] for tag in entry.get("Tags", [])}
    key = str(entry.get("KmsKeyId") or "")
    own = "Strata" if tags.get("ManagedBy") == "strata" else ""
    return Stored(
        source,
        entry["ARN"],
        entry.get("LastChangedDate") or entry.get("CreatedDate"),
        has_value=any("AWSCURRENT" in labels for labels in stages.values()),
        deleted=entry.get("DeletedDate") is not None,
        kms_key="" if key.endswith("alias/aws/secretsmanager") else key,
        owner=str(entry.get("OwningService") or own),
    )


def require_settable(source: Source, stored: Stored | None, environment: Environment) -> None:
    """Raise StrataError where the value of what is there is not for a user to set."""
    if stored is None:
        if source.name.startswith("arn:") and source.service == "secretsmanager":
            raise StrataError(
                f"there is no secret {source.name}, and AWS ends the ARN of a new one itself",
                f"{environment.command('secret set', source.plain)} makes one and says its line",
            )
        return
    if stored.owner:
        raise StrataError(
            f"the value of {source.plain} is set by {stored.owner}",
            f"{environment.command('rotate', 'database')}, or redis, gives it a new one",
        )
    if stored.deleted:
        raise StrataError(
            f"{source.plain} is to be deleted",
            f"aws secretsmanager restore-secret --region {environment.region} --secret-id "
            f"{source.name} keeps it",
        )
    if source.service == "ssm" and stored.type != "SecureString":
        raise StrataError(
            f"the parameter {source.name} is a {stored.type}, whose value anybody can see who may "
            "read parameters, and AWS changes no type",
            "another name; or delete it first",
        )


def state_of(stored: Stored | None) -> str:
    """How a secret is, in a word or two."""
    if stored is None:
        return "missing"
    if stored.deleted:
        return "to be deleted"
    return "there" if stored.has_value else "no value"


def judged(
    settings: Settings,
    store: Store,
    *,
    named: bool = False,
    made: Iterable[str] = (),
) -> Iterator[tuple[bool, Finding]]:
    """Findings on the variables that get secrets, with True for what no task can start with.

    With `named` only on the secrets that Terraform looks up when it plans. Parameters in `made` are
    left out. Errors of AWS are botocore's.
    """
    coming, found = set(made), dict[Source, Stored | None]()
    for use in uses(settings):
        source = use.source
        by_name = source.service == "secretsmanager" and not source.name.startswith("arn:")
        if (named and not by_name) or (source.service == "ssm" and source.name in coming):
            continue
        if source not in found:
            found[source] = store.find(source)
        stored = found[source]
        if state_of(stored) != "there":
            words = _words(settings.environment, source, state_of(stored))
            yield True, Finding(use.key, *words)
        elif key := unnamed_key(settings, stored):
            yield (
                False,
                Finding(
                    use.key,
                    f"is under the KMS key {key}, which the tasks may not use",
                    "its ARN in service.secret_keys",
                    (("service", "secret_keys"),),
                ),
            )


def unnamed_key(settings: Settings, stored: Stored | None) -> str:
    """The customer's key of a secret, if the settings do not name it; else nothing.

    An alias is another name of a key, which may be named.
    """
    key = stored.kms_key if stored else ""
    named = "alias/" in key or any(arn.endswith(key) for arn in settings.service.secret_keys)
    return "" if named else key


def _words(environment: Environment, source: Source, state: str) -> tuple[str, str]:
    """What is wrong, and what is right."""
    store = STORES[source.service]
    command = environment.command("secret set", source.argument(environment))
    if state == "to be deleted":
        return (
            f"is to be deleted from {store}, and no task can read it",
            f"aws secretsmanager restore-secret --region {environment.region} --secret-id "
            f"{source.name}",
        )
    if state == "no value":
        return f"has no value in {store}", f"{command} sets it"
    if source.name.startswith("arn:"):
        return f"is not in {store}", f"{command} makes one and says its line, with a new ARN"
    return f"is not in {store} of the account and region", f"{command} makes it"


def listed(settings: Settings, store: Store) -> SecretsReport:
    """Names, never values; raises StrataError in AWS's words."""
    users = dict[Source, list[Use]]()
    for use in uses(settings):
        users.setdefault(use.source, []).append(use)
    with asking():
        under = list(store.listed())
        by_arn = {stored.arn: stored.source for stored in under}
        found: dict[Source, Stored | None] = {stored.source: stored for stored in under}
        using = dict[Source, list[str]]()
        for source, its_uses in users.items():
            same = source if source in found else by_arn.get(source.name, source)
            if same not in found:
                found[same] = store.find(source)
            using.setdefault(same, []).extend(use.variable for use in its_uses)
    return SecretsReport(
        environment=settings.environment.name,
        secrets=[
            ListedSecret(
                name=source.plain,
                store=STORES[source.service],
                changed=stored.changed if stored and stored.has_value else None,
                state=state_of(stored),
                used_by=sorted(set(using.get(source, []))),
            )
            for source, stored in sorted(
                found.items(), key=lambda entry: (entry[0].service, entry[0].plain)
            )
        ],
    )
